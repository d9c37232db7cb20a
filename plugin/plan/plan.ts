import type { Plan } from '../model/plan.ts'
import { decide, planOf } from './decide.ts'
import type { PlanRequest } from './plan-request.ts'
import { proposeTraced, traceSources } from './propose-changes.ts'
import { type PlanPorts, renderAll } from './render-sources.ts'
import { factsOf } from './source-facts.ts'

/** Computes a plan: renders the sources, recommends values, traces and edits their source lines, and proves the edits. */
export async function plan(request: PlanRequest, ports: PlanPorts): Promise<Plan> {
  const { rendered, failed } = await renderAll(request.sources, ports)
  const decided = await decide({ facts: rendered.map(factsOf), failed }, request, ports)
  const { changes } = decided
  if (changes.length === 0) return planOf(decided, undefined, request)
  const proposing = { ...request, ...ports }
  const named = rendered.map(({ source }) => source)
  const traced = await traceSources(changes, { named, rendered }, proposing)
  return planOf(decided, await proposeTraced(changes, traced, proposing), request)
}
