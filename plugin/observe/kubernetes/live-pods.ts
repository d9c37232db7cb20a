import * as z from 'zod'
import { workloadKey } from '../../model/workload.ts'
import { emptyOwners, type Owner, type Owners, workloadFinder } from '../owners.ts'
import type { LiveKill } from './live.ts'

const ownerReferences = z
  .array(z.object({ kind: z.string(), name: z.string(), controller: z.boolean().optional() }))
  .default([])

/** Metadata of an object with its owners. */
export const ownedSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('default'), ownerReferences }),
})

const terminated = z.object({ reason: z.string().optional(), finishedAt: z.string().nullish() }).optional()
const stateSchema = z
  .object({ waiting: z.object({ reason: z.string().optional() }).optional(), terminated })
  .optional()

export const podSchema = ownedSchema.extend({
  metadata: ownedSchema.shape.metadata.extend({ labels: z.record(z.string(), z.string()).default({}) }),
  status: z
    .object({
      containerStatuses: z
        .array(z.object({ name: z.string(), state: stateSchema, lastState: stateSchema }))
        .nullish(),
    })
    .optional(),
})
type Pod = z.infer<typeof podSchema>

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
}

/** The status of pods by the key of their workload. Pods without a workload are skipped. */
export function podStatusByWorkload(
  pods: readonly Pod[],
  owners: Partial<Owners>,
): ReadonlyMap<string, PodStatus> {
  const find = workloadFinder({ ...emptyOwners(), ...owners, pods: controllersOf(pods) })
  const statuses = new Map<string, PodStatus>()
  for (const { metadata, status } of pods) {
    const owner = find(metadata.namespace, metadata.name)
    if (owner.kind !== 'workload') continue
    const key = workloadKey(owner.workload)
    const own = statuses.get(key) ?? { kills: [] }
    statuses.set(key, own)
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
