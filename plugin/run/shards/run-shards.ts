import { openWorkTree } from '../../io/work-tree.ts'
import { isMoved, stop } from '../../model/problem.ts'
import { mergeParts } from '../../plan/merge-parts.ts'
import { planShard } from '../../plan/plan-shard.ts'
import type { Shard } from '../../plan/shard-sources.ts'
import { deliverPlan } from '../deliver/deliver.ts'
import { openTarget, type Target } from '../deliver/target.ts'
import { trackedPulls } from '../deliver/tracked-pulls.ts'
import type { RunPorts } from '../host.ts'
import { observe } from '../observe/observe.ts'
import type { ObservedUsage } from '../observe/request.ts'
import { openPlan, type PlanBase } from '../plan-repository.ts'
import { requireDelivery } from '../require-settings.ts'
import { notified, type RunReport, type RunRequest } from '../run.ts'
import { localFiles, outputFile } from '../stored-files.ts'
import { digest, type PartFile, type PartOrigin, readParts, writePart } from './part-file.ts'
import { requireWhole } from './require-whole.ts'

/** A shard to plan, and the file that its part is written to. */
export interface ShardRequest extends RunRequest {
  readonly shard: Shard
  readonly out: string
  /** The version of this program. */
  readonly program: string
}

/** Part files to merge, or directories of them. */
export interface MergeRequest extends RunRequest {
  readonly merge: readonly string[]
  /** The version of this program. */
  readonly program: string
}

/**
 * Plans one shard on the files in the work tree, and writes its part. Throws `usage` when usage is not read from a recorded file.
 */
export const planShardOnly = (ports: RunPorts, request: ShardRequest): Promise<RunReport> =>
  writeShard(ports, request, { base: workTree(request) })

/** Plans one shard on the base branch as the clone has it, and writes its part. Nothing is delivered. */
export async function runShard(ports: RunPorts, request: ShardRequest): Promise<RunReport> {
  requireDelivery(request.settings)
  requireRecorded(request)
  const { base, commit } = await openTarget(ports, { ...request, isPinned: true }, 0)
  return writeShard(ports, request, { base, commit: commit.id })
}

/** Merges parts that were planned on the files in the work tree. Throws `shards.unusable` when they do not fit each other. */
export const planMerged = async (ports: RunPorts, request: MergeRequest): Promise<RunReport> =>
  (await mergeOn(ports, request, { base: workTree(request) })).report

/**
 * Merges parts that were planned on the base branch as the clone has it, and delivers the plan. Throws `shards.unusable` when they
 * do not fit each other, and when the branch on the server moved and a file that the proof reads changed.
 */
export async function runMerged(ports: RunPorts, request: MergeRequest): Promise<RunReport> {
  requireDelivery(request.settings)
  requireRecorded(request)
  const target = await openTarget(ports, { ...request, isPinned: true }, 0)
  const { report, observed } = await mergeOn(ports, request, { base: target.base, commit: target.commit.id })
  const delivery = await deliverMerged(ports, { ...request, ...observed, plan: report.plan }, target)
  const pulls = trackedPulls(target, delivery, ports.now())
  const whole = { ...report, ...(delivery && { delivery }), ...(pulls && { pulls }) }
  return { ...whole, ...(await notified(ports, request, { report: whole, target })) }
}

interface PlannedOn {
  readonly base: PlanBase
  readonly commit?: string
}

const workTree = ({ checkout }: RunRequest): PlanBase => ({ view: openWorkTree(checkout.root), ref: 'HEAD' })

async function writeShard(ports: RunPorts, request: ShardRequest, on: PlannedOn): Promise<RunReport> {
  const { shard, out, program } = request
  const file = await outputFile(ports, request.settings.storage, out)
  const observed = await readUsage(ports, request)
  const job = `${shard.index}-of-${shard.of}`
  const opened = await openPlan(ports, { ...request, ...observed, job }, on.base)
  const { part, plan } = await planShard(opened.request, shard, opened.ports)
  await opened.keep()
  const details = opened.details()
  const head = { shard, fetched: [...details.fetched], ...originOf({ request, program, on, observed }) }
  writePart(ports, { file: file.path, head, part })
  await file.done()
  const message = `wrote shard ${shard.index}/${shard.of} to ${out}: ${part.facts.length} sources, of ${opened.request.sources.length} in settings`
  ports.progress({ kind: 'note', message })
  return { plan: { ...plan, ...details }, observations: observed.observations }
}

async function mergeOn(ports: RunPorts, request: MergeRequest, on: PlannedOn) {
  const named = await localFiles(ports, request.settings.storage, request.merge)
  const files: readonly PartFile[] = readParts(ports, named)
  const observed = await readUsage(ports, request)
  requireWhole(files, originOf({ request, program: request.program, on, observed }))
  const opened = await openPlan(ports, { ...request, ...observed, job: 'merge' }, on.base)
  const parts = files.map(({ part }) => part)
  const plan = await mergeParts(parts, opened.request, opened.ports)
  await opened.keep()
  const details = opened.details()
  const fetched = [...new Set([...files.flatMap(({ head }) => head.fetched), ...details.fetched])].sort()
  const report: RunReport = { plan: { ...plan, ...details, fetched }, observations: observed.observations }
  return { report, observed }
}

/** A moved branch cannot be planned again here: that takes the shards. */
async function deliverMerged(
  ports: RunPorts,
  request: Parameters<typeof deliverPlan>[1],
  target: Target,
): ReturnType<typeof deliverPlan> {
  try {
    return await deliverPlan(ports, request, target)
  } catch (error) {
    if (!isMoved(error)) throw error
    throw stop('shards.unusable', error.problems[0]?.message ?? 'the branch moved during the run', {
      hint: 'Plan all shards again on its new commit.',
      cause: error,
    })
  }
}

function readUsage(ports: RunPorts, request: RunRequest): Promise<ObservedUsage> {
  requireRecorded(request)
  return observe(ports, request.settings, request.usage)
}

/** Throws `usage` when usage is read from servers: the shards and the merge would read other values at other times. */
function requireRecorded({ usage: { snapshot = [] } }: RunRequest): void {
  if (snapshot.length > 0) return
  throw stop('usage', 'shards and their merge are planned from the same recorded usage, and none is named', {
    hint: 'Record it once with `tortoise snapshot --out FILE`, and pass --snapshot FILE to all of them.',
  })
}

interface OriginRequest {
  readonly request: RunRequest
  readonly program: string
  readonly on: PlannedOn
  readonly observed: ObservedUsage
}

function originOf({ request: { settings }, program, on: { commit }, observed }: OriginRequest): PartOrigin {
  const { sources, charts, recommend, rules, prices, edit, deliver } = settings
  const { mode, pullRequests } = deliver
  const deciding = [sources, charts, recommend, rules, prices, edit, mode, pullRequests.grouping]
  return {
    program,
    ...(commit === undefined ? {} : { commit }),
    usage: digest(usageTexts(observed)),
    settings: digest(deciding.map((one) => JSON.stringify(one))),
  }
}

function* usageTexts({ observations }: ObservedUsage): Generator<string> {
  for (const one of observations) yield JSON.stringify(one)
}
