import type { DeclaredWorkload } from '../model/declared.ts'
import { type ContainerUsage, type Observation, wholePod } from '../model/observation.ts'
import { workloadKey } from '../model/workload.ts'
import type { DeclaredIn } from './declared-source.ts'

/** Observations in which usage that is known for whole pods counts for the container of pods that have one. */
export function nameWholePods(
  observations: readonly Observation[],
  declared: readonly DeclaredIn[],
): readonly Observation[] {
  if (!observations.some(isOfWholePods)) return observations
  const names = new Map(
    declared.flatMap(({ source, workloads }) =>
      workloads.flatMap((one) => {
        const name = onlyContainer(one)
        return name === undefined ? [] : [[keyOf(source.cluster, one), name] as const]
      }),
    ),
  )
  return observations.map((one) => {
    if (!isOfWholePods(one)) return one
    const name = names.get(keyOf(one.cluster, one)) ?? names.get(keyOf(undefined, one))
    return name === undefined ? one : { ...one, containers: named(one.containers, name) }
  })
}

const isOfWholePods = ({ containers }: Observation): boolean =>
  containers.some(({ container }) => container === wholePod)

const keyOf = (cluster: string | undefined, { workload }: Pick<Observation, 'workload'>): string =>
  `${cluster ?? ''} ${workloadKey(workload)}`

/** The name of the container that runs alone in a pod; `undefined` when others run beside it. */
function onlyContainer({ containers }: DeclaredWorkload): string | undefined {
  const running = containers.filter(({ role }) => role !== 'init')
  return running.length === 1 ? running[0]?.name : undefined
}

/** Usage of the pod under the name of its container, with the kills that are recorded under that name. */
function named(containers: readonly ContainerUsage[], name: string): readonly ContainerUsage[] {
  const [own, whole] = [name, wholePod].map((wanted) =>
    containers.find(({ container }) => container === wanted),
  )
  const { oomKills = 0, oomTimes } = own ?? {}
  const usage: ContainerUsage = {
    oomKills: 0,
    ...whole,
    container: name,
    ...(oomKills > 0 ? { oomKills } : {}),
    ...(oomTimes === undefined ? {} : { oomTimes }),
  }
  return [usage, ...containers.filter((one) => one !== own && one !== whole)]
}
