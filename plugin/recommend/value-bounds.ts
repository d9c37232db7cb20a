import { toAmount } from '../model/quantity.ts'
import { matchesRule, type RuleSubject } from '../model/rule-match.ts'
import type { Surroundings } from '../model/surroundings.ts'
import { type Advice, advise, reason } from './advice.ts'
import { ratioOf } from './pod-ranges.ts'
import type { PolicyRule } from './policy.ts'
import type { ContainerBounds, ValueBounds } from './workload-input.ts'

type Resource = 'cpu' | 'memory'

type Bound = NonNullable<ValueBounds['minimum']>

const bound = (resource: Resource, text: string | undefined, said: string): readonly Bound[] => {
  const value = text === undefined ? undefined : toAmount(resource, text)
  return value === undefined ? [] : [{ value, said }]
}

/** The bounds of a container's values: of LimitRanges, of vertical autoscalers, of rules in settings, and of the largest node. */
export function containerBounds(
  { ranges, verticals }: Surroundings,
  rules: readonly PolicyRule[],
  {
    subject,
    resource,
    room,
  }: { readonly subject: RuleSubject; readonly resource: Resource; readonly room?: Bound | undefined },
): ContainerBounds {
  const ofRange = (aspect: string) =>
    ranges.flatMap(({ said, bounds }) => bound(resource, bounds[`Container.${aspect}.${resource}`], said))
  const [least, most] = [ofRange('min'), ofRange('max')]
  const ratios = ranges.flatMap(({ said, bounds }) => {
    const value = ratioOf(bounds[`Container.maxLimitRequestRatio.${resource}`])
    return value === undefined ? [] : [{ value, said }]
  })
  const [ratio] = [...ratios].sort((one, other) => one.value - other.value)
  const ofRules = (part: 'minimum' | 'maximum') =>
    rules
      .filter(({ match }) => matchesRule(match, subject))
      .flatMap((rule) => bound(resource, rule[part]?.[resource], 'settings'))
      .slice(-1)
  const ofVerticals = (part: 'minimum' | 'maximum') =>
    verticals.flatMap(({ said, policies }) => {
      const own = policies.find(({ container }) => container === subject.container)
      const policy = own ?? policies.find(({ container }) => container === '*')
      return bound(resource, policy?.[part][resource], said)
    })
  const requestMinimum = [...least, ...ofVerticals('minimum'), ...ofRules('minimum')]
  const onNode = room === undefined ? [] : [room]
  const requestMaximum = [...most, ...ofVerticals('maximum'), ...ofRules('maximum'), ...onNode]
  return {
    request: { ...lowest(requestMaximum), ...highest(requestMinimum) },
    limit: { ...lowest(most), ...highest(least) },
    ...(room === undefined ? {} : { room }),
    ...(ratio === undefined ? {} : { ratio }),
  }
}

function lowest(bounds: readonly Bound[]): ValueBounds {
  const [maximum] = [...bounds].sort((one, other) => one.value - other.value)
  return maximum === undefined ? {} : { maximum }
}

function highest(bounds: readonly Bound[]): ValueBounds {
  const [minimum] = [...bounds].sort((one, other) => other.value - one.value)
  return minimum === undefined ? {} : { minimum }
}

/** Moves a value into its bounds, and names the bound that decided. The maximum wins where both cannot hold. */
export function withinValueBounds(advice: Advice, { minimum, maximum }: ValueBounds): Advice {
  if (advice.kind === 'unsure') return advice
  const { value, because } = advice
  if (maximum !== undefined && value > maximum.value)
    return advise(maximum.value, ...because, reason('bounds.maximum', `${maximum.said} allows no more.`))
  if (minimum !== undefined && value < minimum.value)
    return advise(minimum.value, ...because, reason('bounds.minimum', `${minimum.said} allows no less.`))
  return advice
}

/** A limit before, and its request after, in millicores or bytes. */
interface LimitedRequest {
  readonly from: number | undefined
  readonly request: number | undefined
}

/** Moves a limit into its bounds: also into the largest ratio to its request, and into the room on a node where it rises. */
export function boundedLimit(
  advice: Advice,
  { limit, ratio, room }: ContainerBounds,
  { from = 0, request }: LimitedRequest,
): Advice {
  const most = room && { ...room, value: Math.max(room.value, from, request ?? 0) }
  const within = withinValueBounds(withinValueBounds(advice, limit), most ? { maximum: most } : {})
  if (within.kind === 'unsure' || ratio === undefined || request === undefined) return within
  const largest = Math.floor(request * ratio.value)
  if (within.value <= largest) return within
  const text = `${ratio.said} allows no limit above ${ratio.value} × the request.`
  return advise(largest, ...within.because, reason('bounds.ratio', text))
}
