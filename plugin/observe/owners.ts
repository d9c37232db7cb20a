import type { Workload } from '../model/workload.ts'
import { workloadKey } from '../model/workload.ts'
import type { Series } from './prometheus/response-reader.ts'

/** The controller of a pod, ReplicaSet or Job, with the names of kube-state-metrics and the API. */
export interface Owner {
  readonly kind: string
  readonly name: string
}

/** The owners of objects in one cluster, by `namespace/name` of the owned object. Later entries win. */
export interface Owners {
  readonly pods: Map<string, Owner>
  readonly replicaSets: Map<string, Owner>
  readonly jobs: Map<string, Owner>
}

/** An empty index of owners. */
export const emptyOwners = (): Owners => ({ pods: new Map(), replicaSets: new Map(), jobs: new Map() })

/** Adds series of `kube_*_owner`; `label` names the owned object. */
export function addOwners(index: Map<string, Owner>, label: string, rows: readonly Series[]): void {
  for (const { labels } of rows) {
    const { namespace, [label]: name, owner_kind: kind, owner_name: owner } = labels
    if (namespace === undefined || name === undefined) continue
    // kube-state-metrics 1 prints "<none>" for an object without an owner; version 2 leaves the label empty.
    const isUnowned = kind === undefined || kind === '' || kind === '<none>'
    index.set(`${namespace}/${name}`, isUnowned ? { kind: '', name: '' } : { kind, name: owner ?? '' })
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

/** The workload of a pod, an owner of a kind that is not sized, or unknown. */
type PodOwner =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'other'; readonly owner: string }
  | { readonly kind: 'unknown' }

/** Finds the workload of a pod. The same workload is always the same object. */
export type FindWorkload = (namespace: string, pod: string) => PodOwner

/**
 * Makes the lookup for a filled index. When an owner is missing, the workload is guessed from names, without the suffixes
 * that controllers add (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label).
 */
export function workloadFinder(owners: Owners): FindWorkload {
  const known = new Map<string, PodOwner>()
  const podOwner = (namespace: string, owner: Owner): PodOwner => {
    const { kind, name } = topOwner(owners, namespace, owner)
    const apiVersion = apiVersions[kind]
    if (apiVersion === undefined) return { kind: 'other', owner: kind || owner.kind }
    const key = workloadKey({ kind, namespace, name })
    const found = known.get(key) ?? { kind: 'workload', workload: { apiVersion, kind, namespace, name } }
    known.set(key, found)
    return found
  }
  const indexed = new Map(
    [...owners.pods].map(([key, owner]) => [key, podOwner(key.split('/', 1)[0] ?? '', owner)]),
  )
  const confirmed = new Set(indexed.values())
  return (namespace, pod) => {
    const found = indexed.get(`${namespace}/${pod}`)
    if (found !== undefined) return found
    const guess = podOwner(namespace, ownerByName(pod))
    // A guess counts when the index has no owners at all, or when the owner of another pod confirms it.
    return guess.kind === 'workload' && (indexed.size === 0 || confirmed.has(guess))
      ? guess
      : { kind: 'unknown' }
  }
}

/** Letters of generated names in Kubernetes: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/rand/rand.go */
const safe = '[bcdfghjklmnpqrstvwxz2456789]'
/** What controllers generate for the names of pods, as regular expressions: the hash of a ReplicaSet, and the random letters of a pod. */
export const podSuffix = { hash: `${safe}{6,10}`, random: `${safe}{5}` } as const
const { hash, random } = podSuffix
// biome-ignore lint/plugin: it is made of constants
const hashSuffix = new RegExp(`^(.+)-${safe}{1,10}$`)
// biome-ignore lint/plugin: it is made of constants
const podOfReplicaSet = new RegExp(`^(.+-${hash})-${random}$`)
// biome-ignore lint/plugin: it is made of constants
const podOfCronJob = new RegExp(`^(.+-\\d{8,10})-${random}$`)
const podOfStatefulSet = /^(.+)-\d{1,4}$/
// biome-ignore lint/plugin: it is made of constants
const podOfDaemonSet = new RegExp(`^(.+)-${random}$`)
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
    const found = owners.jobs.get(key) ?? (name === undefined ? owner : { kind: 'CronJob', name })
    return found.kind === '' ? owner : found
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
