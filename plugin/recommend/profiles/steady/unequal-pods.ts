import type { ResourceUsage } from '../../../model/observation.ts'
import type { Reason } from '../../../model/recommendation.ts'
import { cpuScale, memoryScale, percentile } from '../../../model/sketch.ts'
import { type Advice, advise, reason } from '../../advice.ts'
import type { Evidence } from '../../evidence.ts'
import { cpuText, memoryText } from '../../format.ts'
import { busiestPod, type Shares, shareAbove, sharesOf } from './demand.ts'

type Resource = 'cpu' | 'memory'

/** Fewer pods say nothing about the others. */
const leastPods = 3
/** The busiest pod uses so many times what half of all samples are below: nodes differ, and noise does not explain it. */
const unequal = 2
/** A value so many times what the other pods use is set by the few. */
const setByFew = 1.5

const kinds = {
  cpu: { scale: cpuScale, text: cpuText, unit: 'cores', of: 1000 },
  memory: { scale: memoryScale, text: memoryText, unit: 'GiB', of: 1024 ** 3 },
} as const

/** Share of the pods that requests cover, 0 to 1: all of them, or what settings say of a DaemonSet. */
export const coveredPods = ({ observation, options }: Evidence): number =>
  observation.workload.kind === 'DaemonSet' ? options.podPercentile / 100 : 1

/** A distribution of the usage of pods without the highest part, so that the busiest pods do not count. */
export function withoutBusiest(shares: Shares, covered: number): Shares {
  if (covered >= 1) return shares
  let left = covered
  return shares.map((share) => {
    const kept = Math.min(share, Math.max(0, left))
    left -= share
    return kept / covered
  })
}

/** Says of a DaemonSet how many of its pods set the size for all, what the others use, and what that costs. */
export function namingFew(
  wanted: Advice,
  usage: ResourceUsage | undefined,
  { resource, evidence }: { readonly resource: Resource; readonly evidence: Evidence },
): Advice {
  const why =
    wanted.kind === 'unsure' || usage === undefined
      ? undefined
      : fewPods(wanted.value, usage, { resource, evidence })
  return wanted.kind === 'unsure' || why === undefined ? wanted : advise(wanted.value, ...wanted.because, why)
}

function fewPods(
  value: number,
  usage: ResourceUsage,
  { resource, evidence }: { readonly resource: Resource; readonly evidence: Evidence },
): Reason | undefined {
  const { workload, replicas } = evidence.observation
  const pods = Math.round(replicas?.mean ?? 0)
  if (workload.kind !== 'DaemonSet' || pods < leastPods) return undefined
  const { scale, text, unit, of } = kinds[resource]
  const [busiest, usual] = [busiestPod(usage, scale), percentile(usage.sketch, scale, 0.5)]
  if (busiest < unequal * usual) return undefined
  const few = Math.max(
    1,
    Math.round(pods * shareAbove(sharesOf(usage.sketch), scale, Math.sqrt(busiest * usual))),
  )
  const others = percentile(usage.sketch, scale, 1 - few / pods)
  if (few * 2 > pods || value < setByFew * others) return undefined
  const extra = Math.round(((value - others) * pods * 10) / of) / 10
  return reason(
    'pods.unequal',
    `About ${few} of ${pods} pods use far more than the others (${text(busiest)} against ${text(others)}) and set the size for all, because a DaemonSet has one: ${extra} ${unit} more in all. \`recommend.podPercentile\` leaves the busiest pods out; a DaemonSet of its own for their nodes sizes both.`,
  )
}
