import { readValue } from '../model/value.ts'
import { type Advice, advise, reason, unsure } from './advice.ts'
import type { NewBounds } from './golang.ts'
import type { Profile, ScaledPods } from './profile.ts'
import type { SeenContainer } from './subject.ts'
import { resized, scaledMaxProcs } from './tortoise/apply.ts'
import { tortoiseDefaults } from './tortoise/options.ts'
import { type SizeAnswer, type SizedResource, tortoiseSizes } from './tortoise/size.ts'
import { steppedTarget, tortoiseTarget } from './tortoise/target.ts'
import { toMilli, withMargin } from './vpa/estimate.ts'
import { cpuHistogram, memoryHistogram } from './vpa.ts'

/** Thousandths of a byte, as Tortoise reckons. */
const milli = 1000
const mebibyte = 1024 ** 2

/** Tortoise feeds on the VPA's target. Nothing is kept from one run to the next, so the target itself is the input. */
function usageOf({ usage }: SeenContainer, resource: 'cpu' | 'memory'): number | undefined {
  if (resource === 'cpu') return usage.cpu && withMargin(toMilli(cpuHistogram(usage.cpu).percentile(0.9)))
  return usage.memory && withMargin(Math.trunc(memoryHistogram(usage.memory).percentile(0.9))) * milli
}

function vertical(container: SeenContainer, resource: 'cpu' | 'memory'): Advice {
  const { declared } = container
  const field = `requests.${resource}` as const
  const request = readValue(field, declared.values[field] ?? '')
  if (request === undefined) return unsure(`no ${resource} request is set, and none is ever added`)
  const usage = usageOf(container, resource)
  if (usage === undefined) return unsure(`no ${resource} samples were seen`)
  const unit = resource === 'cpu' ? 1 : milli
  const sized = {
    container: declared.name,
    resource,
    policy: 'Vertical',
    request: request * unit,
    usage,
  } as const
  const [answer] = tortoiseSizes({ resources: [sized], replicas: 1, hpaMin: 1 }, tortoiseDefaults).sizes
  return answer === undefined ? unsure('nothing was sized') : sizeAdvice(answer, resource)
}

/** Whole millicores, whole MiB: fractions of a byte are no quantity that people write. */
function sizeAdvice({ value, rule }: SizeAnswer, resource: 'cpu' | 'memory'): Advice {
  const whole = resource === 'cpu' ? value : Math.ceil(value / milli / mebibyte - 1e-9) * mebibyte
  return advise(whole, reason(rule, "Tortoise's rule on the VPA's target"))
}

function scaled(
  { members, utilization, subject }: ScaledPods,
  { observation }: Parameters<Profile['scaled']>[1],
) {
  const replicas = Math.round(observation.replicas?.mean ?? 1)
  const resources = members.map((member): SizedResource => {
    const request = readValue('requests.cpu', member.declared.values['requests.cpu'] ?? '') ?? 0
    const usage = usageOf(member, 'cpu') ?? request
    return {
      container: member.declared.name,
      resource: 'cpu',
      policy: 'Horizontal',
      request,
      usage,
      target: utilization,
    }
  })
  const hpaMin = subject.declared.autoscaler?.minReplicas ?? 1
  const { sizes } = tortoiseSizes({ resources, replicas, hpaMin }, tortoiseDefaults)
  const targets = resources.flatMap((one) => tortoiseTarget(one, replicas, tortoiseDefaults) ?? [])
  const wanted = targets.length === 0 ? utilization : Math.min(...targets)
  const target = steppedTarget(utilization, wanted, { hoursAgo: undefined, options: tortoiseDefaults })
  return {
    requests: new Map(
      sizes.map((size, index) => [resources[index]?.container ?? '', sizeAdvice(size, 'cpu')] as const),
    ),
    target: advise(
      target,
      reason('tortoise.target', `${wanted} % is wanted, ${tortoiseDefaults.targetMaxIncrease} points a step`),
    ),
  }
}

const limit: Profile['limit'] = ({ declared }, resource, { request }) => {
  const from = readValue(`limits.${resource}`, declared.values[`limits.${resource}`] ?? '')
  if (from === undefined) return unsure(`no ${resource} limit is set, and none is ever added`)
  if (request === undefined)
    return advise(from, reason('tortoise.limit', 'no request to keep in proportion with'))
  if (request.from === request.to) return advise(from, reason('tortoise.limit', 'its request stays as it is'))
  const template = { request: request.from, limit: from }
  const moved = resized(resource, template, { stored: request.to, options: tortoiseDefaults })
  return advise(moved.limit ?? from, reason('tortoise.limit', 'keeps its proportion to the request'))
}

function maxProcs({ declared }: SeenContainer, { cpuRequest }: NewBounds): Advice {
  const value = readValue('env.GOMAXPROCS', declared.values['env.GOMAXPROCS'] ?? '')
  const from = readValue('requests.cpu', declared.values['requests.cpu'] ?? '')
  if (value === undefined || from === undefined || cpuRequest === undefined)
    return unsure('GOMAXPROCS or the CPU request is not a number')
  return advise(
    scaledMaxProcs(value, cpuRequest / from),
    reason('tortoise.maxprocs', 'in proportion with the request'),
  )
}

/** Mercari's Tortoise with its default options, as far as a job on Git can be it. */
export const tortoise: Profile = {
  accepted: () => 0.1,
  cpuRequest: (container) => vertical(container, 'cpu'),
  memoryRequest: (container) => vertical(container, 'memory'),
  scaled,
  limit,
  goMaxProcs: maxProcs,
  goMemoryLimit: () => unsure("GOMEMLIMIT is left alone: Tortoise's flag for it is off"),
}
