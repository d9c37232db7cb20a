import type { Coverage, UnmanagedWorkload } from './coverage.ts'
import { groupBy } from './group.ts'
import type { Requested } from './observation.ts'
import { sum } from './sum.ts'
import { workloadKey } from './workload.ts'

/** How much of each cluster the plans of several repositories cover together. A workload is managed where one of them declares it. */
export function jointCoverage(plans: readonly (readonly Coverage[])[]): readonly Coverage[] {
  return [...groupBy(plans.flat(), ({ cluster }) => cluster)].map(([cluster, all]) => {
    const [first, ...others] = all
    const unmanaged = (first?.unmanaged ?? []).filter((one) =>
      others.every((other) => isUnmanagedIn(other, one)),
    )
    const used = Math.max(...all.map((one) => one.used))
    const share = shareWithout(unmanaged, all)
    return {
      cluster,
      used,
      managed: used - unmanaged.length,
      ...(share === undefined ? {} : { share }),
      unmanaged,
      advice: [],
    }
  })
}

const isUnmanagedIn = ({ unmanaged }: Coverage, { workload }: UnmanagedWorkload): boolean =>
  unmanaged.some((one) => workloadKey(one.workload) === workloadKey(workload))

function shareWithout(
  unmanaged: readonly UnmanagedWorkload[],
  all: readonly Coverage[],
): Requested | undefined {
  const shared = all.find(({ share }) => share !== undefined && share.cpu < 1 && share.memory < 1)
  const whole = all.find(({ share }) => share?.cpu === 1 && share.memory === 1)
  if (shared?.share === undefined) return whole?.share
  const part = (resource: keyof Requested, share: number): number => {
    const others = requestedBy(shared.unmanaged, resource)
    return others === 0 ? 1 : 1 - ((1 - share) * requestedBy(unmanaged, resource)) / others
  }
  return { cpu: part('cpu', shared.share.cpu), memory: part('memory', shared.share.memory) }
}

const requestedBy = (workloads: readonly UnmanagedWorkload[], resource: keyof Requested): number =>
  sum(workloads.map(({ requested }) => requested?.[resource] ?? 0))
