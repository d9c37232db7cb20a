import type * as z from 'zod'
import { workloadKey } from '../../model/workload.ts'
import {
  autoscalersByWorkload,
  type horizontalSchema,
  type scaledObjectSchema,
  type tortoiseSchema,
  tortoisesByWorkload,
  type verticalSchema,
  verticalsByWorkload,
} from './autoscalers.ts'
import { type Controller, podCounts, unhealthyReason } from './health.ts'
import type { ListedKind } from './kinds.ts'
import type { LiveWorkload } from './live.ts'
import type { PodStatus } from './live-pods.ts'
import { type budgetSchema, disruptionsAllowed, keptAvailable } from './namespace-bounds.ts'
import type { FindNodes } from './nodes.ts'
import { type refusalSchema, refusalsByWorkload } from './refusals.ts'
import type { RolloutObjects } from './rollout-objects.ts'
import { sourceFinder } from './rollout-source.ts'

/** The objects of a cluster that describe its workloads. */
export interface WorkloadObjects extends RolloutObjects {
  readonly controllers: readonly { readonly kind: ListedKind; readonly object: Controller }[]
  readonly horizontal: readonly z.infer<typeof horizontalSchema>[]
  readonly scaledObjects: readonly z.infer<typeof scaledObjectSchema>[]
  readonly vertical: readonly z.infer<typeof verticalSchema>[]
  readonly tortoises: readonly z.infer<typeof tortoiseSchema>[]
  readonly budgets: readonly z.infer<typeof budgetSchema>[]
  readonly refusals: readonly z.infer<typeof refusalSchema>[]
  readonly findNodes: FindNodes
}

/** The workloads of a cluster with their live state. `pods` is the status of their pods, by workload. */
export function liveWorkloads(
  objects: WorkloadObjects,
  pods: ReadonlyMap<string, PodStatus>,
): readonly LiveWorkload[] {
  const scalers = autoscalersByWorkload(objects.horizontal, objects.scaledObjects)
  const verticals = verticalsByWorkload(objects.vertical)
  const tortoises = tortoisesByWorkload(objects.tortoises)
  const refusals = refusalsByWorkload(objects.refusals)
  const findSource = sourceFinder(objects)
  return objects.controllers.map(({ kind, object }): LiveWorkload => {
    const { namespace, name, labels, annotations } = object.metadata
    const workload = { apiVersion: kind.api, kind: kind.kind, namespace, name }
    const key = workloadKey(workload)
    const labelled = { namespace, labels: object.spec?.template?.metadata?.labels ?? {} }
    const { kills = [], crashing, waiting, requested } = pods.get(key) ?? {}
    const autoscaler = scalers.get(key)
    const nodes = objects.findNodes(key, object.spec?.template?.spec ?? undefined)
    return withoutUndefined({
      workload,
      ...podCounts(kind.kind, object),
      autoscaler,
      vertical: verticals.get(key),
      tortoise: tortoises.get(key),
      disruptionsAllowed: disruptionsAllowed(objects.budgets, labelled),
      budgets: keptAvailable(objects.budgets, labelled),
      nodes: nodes.length === 0 ? undefined : nodes,
      kills: kills.length === 0 ? undefined : kills,
      requested,
      source: findSource(workload, { labels, annotations }),
      unhealthy:
        crashing ??
        unhealthyReason(kind.kind, object, { waiting, refused: refusals.get(key) }) ??
        autoscaler?.inactive,
    })
  })
}

type Defined<T> = { [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key] } & {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>
}

/** A copy without properties that are undefined. */
const withoutUndefined = <T extends object>(value: T): Defined<T> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Defined<T>
