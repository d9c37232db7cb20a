import { settingsSchema } from '../../config/schema.ts'
import { interpolatedPercentile, krrCpu } from '../../plugin/recommend/profiles/krr/strategy.ts'
import { wantedCpu } from '../../plugin/recommend/profiles/steady/vertical.ts'
import { usageInput } from '../../plugin/recommend/profiles/tortoise/apply.ts'
import { tortoiseDefaults } from '../../plugin/recommend/profiles/tortoise/default-options.ts'
import { tortoiseSizes } from '../../plugin/recommend/profiles/tortoise/size.ts'
import { recommend } from '../../plugin/recommend/recommend.ts'
import type { RecommendOptions } from '../../plugin/recommend/recommend-options.ts'
import { toMilli, withMargin } from '../../plugin/recommend/vpa-recommender/estimate.ts'
import { cpuBuckets, histogram } from '../../plugin/recommend/vpa-recommender/histogram.ts'
import { declare, type Machine, type observe, observedDays } from './machine.ts'
import { daySamples, type Trace } from './traces.ts'

/** One decision. Only samples before the index `now` may be used. */
export interface Decision {
  readonly trace: Trace
  readonly now: number
  readonly machine: Machine
  readonly cadence: number
  /** The current request, and the days since its last change; left out for the first decision. */
  readonly current?: { readonly request: number; readonly changedDaysAgo?: number }
}

/** Computes a request in millicores for the time after `now`. */
export type Rule = (decision: Decision) => number

const historyDays = 14

/** The history of a decision in millicores. */
const history = ({ trace, now, machine }: Decision, days = historyDays): readonly number[] =>
  trace.cpu
    .slice(Math.max(0, now - days * daySamples), now)
    .map((share) => (share * machine.millicores) / 100)

const known = new WeakMap<Trace, Map<string, number>>()

/** What a computation over the history of a decision gives, computed once for all replays of a trace. */
function once({ trace, now, machine }: Decision, name: string, compute: () => number): number {
  const values = known.get(trace) ?? new Map<string, number>()
  known.set(trace, values)
  const key = [name, now, machine.millicores].join(' ')
  const value = values.get(key) ?? compute()
  values.set(key, value)
  return value
}

const percentileOf = (decision: Decision, share: number): number =>
  once(decision, `p${share}`, () => interpolatedPercentile(history(decision), share))

/** A rule that keeps the current value unless the wanted one differs by more than a tenth. */
const beyondTenth =
  (wanted: Rule): Rule =>
  (decision) => {
    const floor = (decision.machine.millicores * 0.5) / 100
    const value = Math.max(floor, wanted(decision))
    const current = decision.current?.request
    return current !== undefined && Math.abs(value - current) <= current * 0.1 ? current : value
  }

const vpaShare = (decision: Decision, share: number): number =>
  once(decision, `vpa${share}`, () => {
    const filled = histogram(cpuBuckets, 24)
    for (const [index, value] of history(decision, 8).entries())
      filled.add(value / 1000, 0.1, (index * 24) / daySamples)
    return withMargin(toMilli(filled.percentile(share)))
  })

/** Tortoise's vertical rule with the VPA's target and upper bound, and its own dead band and step. */
function tortoise(): Rule {
  const kept = new Map<Trace, number>()
  return (decision) => {
    const [target, upper] = [vpaShare(decision, 0.9), vpaShare(decision, 0.95)]
    const usage = usageInput(
      decision.current === undefined ? 0 : (kept.get(decision.trace) ?? 0),
      target,
      upper,
    )
    kept.set(decision.trace, usage)
    const request = decision.current?.request ?? usage
    const resource = { container: 'main', resource: 'cpu', policy: 'Vertical', request, usage } as const
    const { sizes } = tortoiseSizes({ resources: [resource], replicas: 1, hpaMin: 1 }, tortoiseDefaults)
    return sizes[0]?.value ?? request
  }
}

/** The options of `steady`: the defaults of the settings, overridden by a JSON object. */
export function steadyOptions(json: string): RecommendOptions {
  const { profile: _, ...options } = settingsSchema.parse({ recommend: JSON.parse(json) }).recommend
  return options
}

/** The default profile as `tortoise plan` runs it. Its first value is the wanted one, without step limits. */
const steady =
  (defaults: RecommendOptions): Rule =>
  (decision) => {
    const { trace, now, machine, cadence, current } = decision
    const observation = observedDays(trace, { to: now / daySamples, days: historyDays }, machine)
    const options = { ...defaults, reviewDays: cadence }
    const request = current?.request ?? firstWanted(observation, options)
    const declared = declare({ 'requests.cpu': `${request}m` })
    const [advice] = recommend({ workloads: [declared] }, [observation], {
      options,
      rules: [],
      guarded: true,
      lastChange: () => current?.changedDaysAgo,
    })
    return advice?.verdict === 'change' ? advice.to : request
  }

function firstWanted(observation: ReturnType<typeof observe>, options: RecommendOptions): number {
  const [usage] = observation.containers
  const [container] = declare({ 'requests.cpu': '1m' }).containers
  if (usage === undefined || container === undefined) throw new Error('the machine has no container')
  const wanted = wantedCpu({ declared: container, usage }, { observation, options })
  if (wanted.kind === 'unsure') throw new Error(wanted.missing)
  return wanted.value
}

/** All rules by name. Each call of one returns it with new state, for one replay. */
export const rules = (options: RecommendOptions): Readonly<Record<string, () => Rule>> => ({
  steady: () => steady(options),
  tortoise,
  vpa: () => beyondTenth((decision) => vpaShare(decision, 0.9)),
  krr: () => beyondTenth((decision) => krrCpu(percentileOf(decision, 95) / 1000)),
  'p95 × 1.15': () => beyondTenth((decision) => percentileOf(decision, 95) * 1.15),
  p99: () => beyondTenth((decision) => percentileOf(decision, 99)),
  max: () => beyondTenth((decision) => percentileOf(decision, 100)),
  'p99 of the coming time (hindsight)': () =>
    beyondTenth(({ trace, now, machine, cadence }) => {
      const coming = trace.cpu
        .slice(now, now + cadence * daySamples)
        .map((share) => (share * machine.millicores) / 100)
      return interpolatedPercentile(coming, 99)
    }),
})
