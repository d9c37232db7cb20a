import * as core from '@actions/core'
import { stop } from '../../model/problem.ts'
import type { Workload } from '../../model/workload.ts'
import { workloadLabel } from '../../model/workload.ts'

const modes = ['report', 'commit', 'direct', 'pull-request', 'review'] as const

/** What the step is asked to do. */
export type ActionMode = (typeof modes)[number]

/** An input, or nothing where it is empty. */
export const given = (name: string): string | undefined => core.getInput(name) || undefined

/** The mode asked for; a dry run reports, whatever else is said. */
export function inputMode(): ActionMode | undefined {
  const text = given('mode')
  const mode = modes.find((one) => one === text)
  if (text !== undefined && mode === undefined) {
    const message = `input mode is ${text}, which is none of ${modes.join(', ')}`
    throw stop('usage', message, { hint: 'Correct it in the workflow.' })
  }
  const dry = given('dry-run') !== undefined && core.getBooleanInput('dry-run')
  return dry && mode !== 'review' ? 'report' : mode
}

/** Which workloads are asked about: `Kind/name` or `namespace/Kind/name`, by spaces, commas or lines; all where none is named. */
export function inputWorkloads(): ((workload: Workload) => boolean) | undefined {
  const names = (given('workloads') ?? '').split(/[\s,]+/).filter(Boolean)
  const wrong = names.find((name) => !/^([^/]+\/)?[^/]+\/[^/]+$/.test(name))
  if (wrong !== undefined)
    throw stop('usage', `input workloads names ${wrong}, which is not Kind/name`, {
      hint: 'Write Deployment/web, or shop/Deployment/web.',
    })
  if (names.length === 0) return undefined
  return (workload) =>
    names.some((name) =>
      [workloadLabel(workload), `${workload.namespace}/${workloadLabel(workload)}`].includes(name),
    )
}
