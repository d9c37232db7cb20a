import type { Json, JsonObject } from './json.ts'
import { isJsonObject, listOf, textOf, valueAt } from './json.ts'
import type { ManifestWorkload } from './manifest.ts'
import { identify } from './manifest.ts'
import { toAmount } from './quantity.ts'

/** How a resource of a container is scaled: `Horizontal` by the number of pods, `Vertical` by their size, or `Off`. `On` follows the HPA. */
export const scalingPolicies = ['On', 'Horizontal', 'Vertical', 'Off'] as const
export type ScalingPolicy = (typeof scalingPolicies)[number]

/** The declared policy of one resource of one container, or of all containers when none is named. */
export interface DeclaredPolicy {
  readonly container?: string
  readonly resource: 'cpu' | 'memory'
  readonly policy?: ScalingPolicy
  /** Smallest and largest request, in millicores or bytes. */
  readonly minimum?: number
  readonly maximum?: number
  /** What declares it, for people: `Tortoise/web`, or an annotation. The name is part of the snapshot format. */
  readonly said: string
}

const resources = ['cpu', 'memory'] as const
/** Prefix of the annotations with which a workload declares its policies: `/cpu`, `/memory`, or `/cpu.CONTAINER`. */
const annotationPrefix = 'gitops-tortoise'

/** The declared policies of a workload: those of `kind: Tortoise` objects that target it, then its annotations. The last one wins. */
export function declaredPolicies(
  objects: readonly JsonObject[],
  { workload, object }: ManifestWorkload,
  namespace: string,
): readonly DeclaredPolicy[] {
  const tortoises = objects.filter((one) => {
    const identity = identify(one, namespace)
    const target = (key: string) => textOf(valueAt(one, ['spec', 'targetRefs', 'scaleTargetRef', key]))
    return (
      identity?.kind === 'Tortoise' &&
      identity.apiVersion.startsWith('autoscaling.mercari.com/') &&
      identity.namespace === workload.namespace &&
      target('kind') === workload.kind &&
      target('name') === workload.name
    )
  })
  const annotations = valueAt(objects[object], ['metadata', 'annotations'])
  return [...tortoises.flatMap((one) => tortoisePolicies(one)), ...annotatedPolicies(annotations)]
}

/** The policies of a `kind: Tortoise` object. With any mode but `Auto`, they are Off. `where` is added to its name in messages. */
export function tortoisePolicies(tortoise: JsonObject, where = ''): readonly DeclaredPolicy[] {
  const said = `Tortoise/${textOf(valueAt(tortoise, ['metadata', 'name'])) ?? ''}${where}`
  const mode = textOf(valueAt(tortoise, ['spec', 'updateMode'])) ?? 'Off'
  if (mode !== 'Auto') {
    return resources.map((resource) => ({ resource, policy: 'Off', said: `${said}, updateMode ${mode}` }))
  }
  const given = listOf(valueAt(tortoise, ['spec', 'autoscalingPolicy'])).flatMap((one) =>
    resources.map((resource) => policyOf(one, resource, said)),
  )
  // Tortoise treats a list of policies as complete: a resource that it leaves out is Off. Without a list it follows the HPA.
  const policy = given.length === 0 ? 'On' : 'Off'
  const rest = resources.map((resource): DeclaredPolicy => ({ resource, policy, said }))
  return [...rest, ...given, ...bounds(tortoise, said)]
}

function policyOf(entry: Json, resource: 'cpu' | 'memory', said: string): DeclaredPolicy {
  const container = textOf(valueAt(entry, ['containerName']))
  const policy = asPolicy(textOf(valueAt(entry, ['policy', resource]))) ?? 'Off'
  return { ...(container === undefined ? {} : { container }), resource, policy, said }
}

function bounds(tortoise: JsonObject, said: string): readonly DeclaredPolicy[] {
  return listOf(valueAt(tortoise, ['spec', 'resourcePolicy'])).flatMap((entry) => {
    const container = textOf(valueAt(entry, ['containerName']))
    return resources.map((resource): DeclaredPolicy => {
      const [minimum, maximum] = (['minAllocatedResources', 'maxAllocatedResources'] as const).map((key) => {
        const text = textOf(valueAt(entry, [key, resource]))
        return text === undefined ? undefined : toAmount(resource, text)
      })
      return {
        ...(container === undefined ? {} : { container }),
        resource,
        ...(minimum === undefined ? {} : { minimum }),
        ...(maximum === undefined ? {} : { maximum }),
        said,
      }
    })
  })
}

function annotatedPolicies(annotations: Json | undefined): readonly DeclaredPolicy[] {
  if (!isJsonObject(annotations)) return []
  return Object.entries(annotations).flatMap(([key, value]): readonly DeclaredPolicy[] => {
    const [, resource, container] = annotation.exec(key) ?? []
    const policy = asPolicy(textOf(value))
    if ((resource !== 'cpu' && resource !== 'memory') || policy === undefined) return []
    return [
      { ...(container === undefined ? {} : { container }), resource, policy, said: `the annotation ${key}` },
    ]
  })
}

// biome-ignore lint/plugin: it is made of constants
const annotation = new RegExp(`^${annotationPrefix}/(cpu|memory)(?:\\.(.+))?$`)
const asPolicy = (text: string | undefined): ScalingPolicy | undefined =>
  scalingPolicies.find((policy) => policy === text)
