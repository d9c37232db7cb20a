import type { Workload } from '../model/workload.ts'
import { workloadKey } from '../model/workload.ts'
import type { Series } from './prometheus/response-reader.ts'

/** The controller of a pod, ReplicaSet or Job, as kube-state-metrics and the API name it. */
export interface Owner {
  readonly kind: string
  readonly name: string
}

/** Who owns whom in one cluster, by `namespace/name`. Later entries win. */
export interface Owners {
  readonly pods: Map<string, Owner>
  readonly replicaSets: Map<string, Owner>
  readonly jobs: Map<string, Owner>
}

/** An index to fill. */
export const emptyOwners = (): Owners => ({ pods: new Map(), replicaSets: new Map(), jobs: new Map() })

/** Adds rows of `kube_*_owner`; `label` is the one that names the owned object. */
export function addOwners(index: Map<string, Owner>, label: string, rows: readonly Series[]): void {
  for (const { labels } of rows) {
    const { namespace, [label]: name, owner_kind: kind, owner_name: owner } = labels
    if (namespace === undefined || name === undefined) continue
    // kube-state-metrics 1 prints "<none>" for an object without an owner, version 2 leaves the label empty.
    const none = kind === undefined || kind === '' || kind === '<none>'
    index.set(`${namespace}/${name}`, none ? { kind: '', name: '' } : { kind, name: owner ?? '' })
  }
}

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  Rollout: 'argoproj.io/v1alpha1',
}

/** What a pod belongs to: a workload, a kind that is not right-sized, or nothing that is known. */
type Belonging =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'other'; readonly owner: string }
  | { readonly kind: 'unknown' }

/** Answers what a pod belongs to; the same workload is always the same object. */
export type FindWorkload = (namespace: string, pod: string) => Belonging

/**
 * Makes the look-up for a filled index. Where kube-state-metrics left a gap, names speak: the controllers' own
 * suffixes are stripped (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label).
 */
export function workloadFinder(owners: Owners): FindWorkload {
  const known = new Map<string, Belonging>()
  const belonging = (namespace: string, owner: Owner): Belonging => {
    const { kind, name } = topOwner(owners, namespace, owner)
    const apiVersion = apiVersions[kind]
    if (apiVersion === undefined) return { kind: 'other', owner: kind || owner.kind }
    const key = workloadKey({ kind, namespace, name })
    const found = known.get(key) ?? { kind: 'workload', workload: { apiVersion, kind, namespace, name } }
    known.set(key, found)
    return found
  }
  const told = new Map(
    [...owners.pods].map(([key, owner]) => [key, belonging(key.split('/', 1)[0] ?? '', owner)]),
  )
  const confirmed = new Set(told.values())
  return (namespace, pod) => {
    const answer = told.get(`${namespace}/${pod}`)
    if (answer !== undefined) return answer
    const guess = belonging(namespace, ownerByName(pod))
    // A guess counts when no owner is ever told, or when the owner of another pod confirms it.
    return guess.kind === 'workload' && (told.size === 0 || confirmed.has(guess))
      ? guess
      : { kind: 'unknown' }
  }
}

/** Letters of Kubernetes' generated names: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go */
const safe = '[bcdfghjklmnpqrstvwxz2456789]'
// biome-ignore lint/plugin: it is made of constants
const hashSuffix = new RegExp(`^(.+)-${safe}{1,10}$`)
// biome-ignore lint/plugin: it is made of constants
const podOfReplicaSet = new RegExp(`^(.+-${safe}{6,10})-${safe}{5}$`)
// biome-ignore lint/plugin: it is made of constants
const podOfCronJob = new RegExp(`^(.+-\\d{8,10})-${safe}{5}$`)
const podOfStatefulSet = /^(.+)-\d{1,4}$/
// biome-ignore lint/plugin: it is made of constants
const podOfDaemonSet = new RegExp(`^(.+)-${safe}{5}$`)
const jobOfCronJob = /^(.+)-\d{8,10}$/

function topOwner(owners: Owners, namespace: string, owner: Owner): Owner {
  const key = `${namespace}/${owner.name}`
  if (owner.kind === 'ReplicaSet') {
    const name = hashSuffix.exec(owner.name)?.[1]
    const stripped = name === undefined ? owner : { kind: 'Deployment', name }
    return owners.replicaSets.get(key) ?? stripped
  }
  if (owner.kind === 'Job') {
    const name = jobOfCronJob.exec(owner.name)?.[1]
    const told = owners.jobs.get(key) ?? (name === undefined ? owner : { kind: 'CronJob', name })
    return told.kind === '' ? owner : told
  }
  return owner
}

function ownerByName(pod: string): Owner {
  const shapes = [
    [podOfCronJob, 'Job'],
    [podOfReplicaSet, 'ReplicaSet'],
    [podOfStatefulSet, 'StatefulSet'],
    [podOfDaemonSet, 'DaemonSet'],
  ] as const
  for (const [shape, kind] of shapes) {
    const name = shape.exec(pod)?.[1]
    if (name !== undefined) return { kind, name }
  }
  return { kind: '', name: '' }
}
