import { plural } from '../../model/plural.ts'
import { manyKinds } from '../../observe/kubernetes/lister.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import type { Check } from '../../report/json/doctor.ts'

/** Checks the live state: what can be listed, and what else resizes workloads. */
export function liveChecks(live: LiveCluster): readonly Check[] {
  const { cluster, version, workloads, unread } = live
  const placed = workloads.filter(({ source }) => source !== undefined).length
  const shown = version === undefined ? '' : ` (${version})`
  const reachable: Check = {
    area: 'kubernetes',
    cluster,
    level: 'ok',
    code: 'reachable',
    message: `${plural(workloads.length, 'workload')} listed${shown}; ${placed} deployed by Argo CD or Flux`,
  }
  const forbidden = unread.filter(({ reason }) => reason === 'forbidden')
  const isMany = forbidden.length > mostForbidden
  const each = isMany ? unread.filter((one) => !forbidden.includes(one)) : unread
  return [
    reachable,
    ...rivals(live),
    ...(isMany ? [forbiddenCheck(forbidden, cluster)] : []),
    ...each.map((one) => unreadCheck(one, cluster)),
  ]
}

/** More forbidden kinds than these are one check. */
const mostForbidden = 3
const grant = 'Grant get and list. `tortoise doctor --fix-hints` prints the rules.'

const forbiddenCheck = (forbidden: LiveCluster['unread'], cluster: string): Check => ({
  area: 'kubernetes',
  cluster,
  level: 'warning',
  code: 'forbidden',
  message: `No permission to list ${manyKinds(forbidden)}: what bounds or writes values in the cluster is unknown`,
  hint: grant,
})

/** Other programs that resize workloads of the cluster. */
function rivals({ cluster, workloads }: LiveCluster): readonly Check[] {
  const verticals = workloads.filter(({ vertical }) => vertical !== undefined && vertical.mode !== 'Off')
  const tortoises = workloads.filter(({ tortoise }) => tortoise !== undefined)
  const found = [
    ['vertical-autoscaler', 'A VerticalPodAutoscaler', verticals.length],
    ['tortoise', 'A Tortoise', tortoises.length],
  ] as const
  return found
    .filter(([, , count]) => count > 0)
    .map(([code, what, count]) => ({
      area: 'kubernetes',
      cluster,
      level: 'warning',
      code,
      message: `${what} resizes ${plural(count, 'workload')} outside Git`,
      hint: 'Turn it off for these workloads, or exclude them with rules: in tortoise.yaml.',
    }))
}

function unreadCheck(
  { plural: kinds, namespace, reason, loss, expected, group }: LiveCluster['unread'][number],
  cluster: string,
): Check {
  const place = namespace === undefined ? '' : ` in ${namespace}`
  const forbidden = reason === 'forbidden'
  return {
    area: 'kubernetes',
    cluster,
    level: expected ? 'note' : 'warning',
    code: forbidden ? 'forbidden' : 'absent',
    message: forbidden
      ? `No permission to list ${kinds}${place}: ${loss}`
      : `${kinds} of ${group || 'the core'} are not served${expected ? ' (their operator is not installed)' : `: ${loss}`}`,
    ...(forbidden ? { hint: grant } : {}),
  }
}
