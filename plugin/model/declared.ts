import { type Behavior, behaviorOf } from './behavior.ts'
import { type DeclaredSchedule, declaredSchedule } from './cron-triggers.ts'
import { configMapsOf, type DeclaredContainer, declaredContainer } from './declared-container.ts'
import { isContainerField, scheduleField } from './field.ts'
import { groupBy } from './group.ts'
import type { JsonObject } from './json.ts'
import type { ManifestField } from './manifest.ts'
import { fieldsOf, workloadsOf } from './manifest.ts'
import { podDetails } from './pod-details.ts'
import { type DeclaredPolicy, declaredPolicies } from './scaling-policy.ts'
import type { Workload } from './workload.ts'
import { workloadKey } from './workload.ts'

/** The declared autoscaler of a workload. */
export interface DeclaredAutoscaler {
  readonly minReplicas?: number
  readonly maxReplicas?: number
  readonly targets: readonly {
    readonly resource: 'cpu' | 'memory'
    /** Set for a ContainerResource metric. */
    readonly container?: string
    /** Percent of the request. */
    readonly utilization: number
  }[]
  /** Left out when the autoscaler declares none. */
  readonly behavior?: Behavior
  /** For a ScaledObject of KEDA: the schedule in its cron triggers. */
  readonly schedule?: DeclaredSchedule
}

/** A workload as Git declares it. */
export interface DeclaredWorkload {
  readonly workload: Workload
  readonly containers: readonly DeclaredContainer[]
  readonly autoscaler?: DeclaredAutoscaler
  /** Scaling policies in the manifests; of several that match, the last one wins. */
  readonly policies?: readonly DeclaredPolicy[]
  /** The number of pods without an autoscaler. */
  readonly replicas?: number
  /** Pods that a rollout starts beside those that run: a number or a share. The default of its kind when left out. */
  readonly surge?: string
  /** Labels of its pods. */
  readonly labels?: Readonly<Record<string, string>>
  /** Requests and limits of a pod as a whole: quantities by `requests.cpu` and the like. */
  readonly podResources?: Readonly<Record<string, string>>
}

/** All workloads of a rendering, with the values that can be right-sized. `namespace` is that of objects without one. */
export function declaredWorkloads(
  objects: readonly JsonObject[],
  namespace: string,
): readonly DeclaredWorkload[] {
  const fields = groupBy(fieldsOf(objects, namespace), ({ workload }) => workloadKey(workload))
  const configMaps = configMapsOf(objects, namespace)
  return workloadsOf(objects, namespace).map((found) => {
    const { workload, containers } = found
    const policies = declaredPolicies(objects, found, namespace)
    const own = fields.get(workloadKey(workload)) ?? []
    const autoscaler = autoscalerOf(own, objects)
    return {
      workload,
      containers: containers.map((one) =>
        declaredContainer(one, found, { fields: own, configMaps: configMaps.get(workload.namespace) }),
      ),
      ...(autoscaler === undefined ? {} : { autoscaler }),
      ...(policies.length === 0 ? {} : { policies }),
      ...podDetails(objects[found.object] ?? {}, workload),
    }
  })
}

/** The autoscaler that an object declares, with its targets. */
export const autoscalerOfObject = (object: JsonObject, namespace: string): DeclaredAutoscaler =>
  autoscalerOf(
    fieldsOf([object], namespace).map((field) => ({ ...field, object: 0 })),
    [object],
  ) ?? { targets: [] }

function autoscalerOf(
  fields: readonly ManifestField[],
  objects: readonly JsonObject[],
): DeclaredAutoscaler | undefined {
  const scaler = fields.filter(({ field }) => !isContainerField(field) && field !== scheduleField)
  const [first] = scaler
  if (first === undefined) return undefined
  const object = objects[first.object] ?? {}
  const [behavior, schedule] = [behaviorOf(object), declaredSchedule(object)]
  const bound = (name: string): number | undefined => {
    const text = scaler.find(({ field }) => field === name)?.value
    return text === undefined ? undefined : Number(text)
  }
  const [minReplicas, maxReplicas] = [bound('hpa.minReplicas'), bound('hpa.maxReplicas')]
  return {
    ...(minReplicas === undefined ? {} : { minReplicas }),
    ...(maxReplicas === undefined ? {} : { maxReplicas }),
    ...(behavior === undefined ? {} : { behavior }),
    ...(schedule === undefined ? {} : { schedule }),
    targets: scaler.flatMap(({ field, container, value }) => {
      if (field !== 'hpa.target.cpu' && field !== 'hpa.target.memory') return []
      const resource = field === 'hpa.target.cpu' ? 'cpu' : 'memory'
      return [
        { resource, ...(container === undefined ? {} : { container }), utilization: Number(value) } as const,
      ]
    }),
  }
}
