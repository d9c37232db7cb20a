import * as z from 'zod'
import type { Requested } from '../../model/observation.ts'
import { toAmount } from '../../model/quantity.ts'
import { sum } from '../../model/sum.ts'
import { workloadKey } from '../../model/workload.ts'
import { emptyOwners, type Owner, type Owners, workloadFinder } from '../owners.ts'
import type { LiveKill } from './live.ts'
import type { ReservedRoom } from './nodes.ts'

const ownerReferences = z
  .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
  .default([])

/** Metadata of an object with its owners. */
export const ownedSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('default'), ownerReferences }),
})

const waitsForNode = z.array(
  z.object({
    type: z.string(),
    status: z.string(),
    reason: z.string().optional(),
    message: z.string().default(''),
  }),
)
const amounts = z.record(z.string(), z.union([z.string(), z.number()]).transform(String))

const terminated = z.object({ reason: z.string().optional(), finishedAt: z.string().nullish() }).optional()
const stateSchema = z
  .object({ waiting: z.object({ reason: z.string().optional() }).optional(), terminated })
  .optional()

export const podSchema = ownedSchema.extend({
  metadata: ownedSchema.shape.metadata.extend({ labels: z.record(z.string(), z.string()).default({}) }),
  spec: z
    .object({
      nodeName: z.string().optional(),
      containers: z
        .array(z.object({ resources: z.object({ requests: amounts.nullish() }).nullish() }))
        .default([]),
    })
    .optional()
    .transform((spec) => spec && { node: spec.nodeName, ...requestsOf(spec.containers) }),
  status: z
    .object({
      phase: z.string().optional(),
      conditions: waitsForNode.nullish(),
      containerStatuses: z
        .array(z.object({ name: z.string(), state: stateSchema, lastState: stateSchema }))
        .nullish(),
    })
    .optional(),
})
type Pod = z.infer<typeof podSchema>

/** The requests of a pod, in millicores and bytes. */
function requestsOf(
  containers: readonly {
    readonly resources?: { readonly requests?: z.infer<typeof amounts> | null | undefined } | null | undefined
  }[],
) {
  const sumOf = (resource: 'cpu' | 'memory'): number =>
    sum(containers.map(({ resources }) => toAmount(resource, resources?.requests?.[resource] ?? '') ?? 0))
  return { cpu: sumOf('cpu'), memory: sumOf('memory') }
}

/** What the pods of DaemonSets request on each node. */
export function reservedRoom(pods: readonly Pod[], owners: Partial<Owners>): readonly ReservedRoom[] {
  const find = workloadFinder({ ...emptyOwners(), ...owners, pods: controllersOf(pods) })
  return pods.flatMap(({ metadata, spec }) => {
    if (spec?.node === undefined || metadata.ownerReferences.every(({ kind }) => kind !== 'DaemonSet'))
      return []
    const owner = find(metadata.namespace, metadata.name)
    const { node, cpu, memory } = spec
    return owner.kind === 'workload' ? [{ node, owner: workloadKey(owner.workload), cpu, memory }] : []
  })
}

/** The controller of each object, by `namespace/name`. */
export function controllersOf(objects: readonly z.infer<typeof ownedSchema>[]): Map<string, Owner> {
  const found = new Map<string, Owner>()
  for (const { metadata } of objects) {
    const owner = metadata.ownerReferences.find(({ controller }) => controller === true)
    if (owner !== undefined)
      found.set(`${metadata.namespace}/${metadata.name}`, { kind: owner.kind, name: owner.name })
  }
  return found
}

/** The status of a workload's pods: OOM kills, and a crash loop as a text. */
export interface PodStatus {
  readonly kills: LiveKill[]
  crashing?: string
  /** Requests of its pods that have not ended, in all. */
  requested?: Requested
  /** Number of pods for which there is no node, and what the scheduler says. */
  waiting?: { readonly pods: number; readonly message: string }
}

/** The status of pods by the key of their workload. Pods without a workload are skipped. */
export function podStatusByWorkload(
  pods: readonly Pod[],
  owners: Partial<Owners>,
): ReadonlyMap<string, PodStatus> {
  const find = workloadFinder({ ...emptyOwners(), ...owners, pods: controllersOf(pods) })
  const statuses = new Map<string, PodStatus>()
  for (const { metadata, spec, status } of pods) {
    const owner = find(metadata.namespace, metadata.name)
    if (owner.kind !== 'workload') continue
    const key = workloadKey(owner.workload)
    const own = statuses.get(key) ?? { kills: [] }
    statuses.set(key, own)
    if (spec !== undefined && status?.phase !== 'Succeeded' && status?.phase !== 'Failed') {
      const { cpu = 0, memory = 0 } = own.requested ?? {}
      own.requested = { cpu: cpu + spec.cpu, memory: memory + spec.memory }
    }
    const message = unscheduled(status)
    if (message !== undefined) own.waiting = { pods: (own.waiting?.pods ?? 0) + 1, message }
    for (const { name, state, lastState } of status?.containerStatuses ?? []) {
      if (state?.waiting?.reason === 'CrashLoopBackOff')
        own.crashing = `container ${name} is in CrashLoopBackOff`
      for (const end of [state?.terminated, lastState?.terminated]) {
        const time = Date.parse(end?.finishedAt ?? '') / 1000
        if (end?.reason === 'OOMKilled' && time > 0) own.kills.push({ container: name, time })
      }
    }
  }
  return statuses
}

/** What the scheduler says of a pod for which it finds no node; `undefined` for any other pod. */
function unscheduled(status: Pod['status']): string | undefined {
  if (status?.phase !== 'Pending') return undefined
  const found = status.conditions?.find(
    ({ type, status: is, reason }) => type === 'PodScheduled' && is === 'False' && reason === 'Unschedulable',
  )
  return found?.message
}
