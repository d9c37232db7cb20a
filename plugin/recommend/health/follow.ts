import type { DeclaredWorkload } from '../../model/declared.ts'
import { type FieldAddress, isContainerField, scheduleField } from '../../model/field.ts'
import {
  type ChangeHealth,
  type HealthOptions,
  type HealthSign,
  healthRules,
  takesBack,
} from '../../model/health.ts'
import type { ContainerUsage, Observation } from '../../model/observation.ts'
import type { PastValue } from '../../model/past-edit.ts'
import { readValue, sameValue } from '../../model/value.ts'
import { declaredText } from '../declared-text.ts'
import { incidentIn } from './incident.ts'
import { notRolledOut, type RequestEdit } from './rolled-out.ts'
import { worseSignals } from './signals.ts'
import {
  killsIn,
  longerAtMaximum,
  minutesAbove,
  moreEvictions,
  moreKills,
  moreRestarts,
  moreShortage,
  moreThrottling,
  takenDown,
} from './signs.ts'
import { daysRolledOut, type HealthSpan, spanOf } from './span.ts'

/** A workload whose earlier changes are followed. */
export interface FollowInput {
  readonly declared: DeclaredWorkload
  readonly observation: Observation
  /** The changes that Tortoise made of a value, newest first. */
  readonly pastValues: (address: FieldAddress) => readonly PastValue[]
  /** All workloads of the cluster. */
  readonly all: readonly Observation[]
  readonly options: HealthOptions
}

/** Whether a change can do harm: a lower value, or a higher target or memory limit of Go. */
export function isRisk({ field }: Pick<FieldAddress, 'field'>, { from, to, rules }: PastValue): boolean {
  // What brings an earlier value back is no experiment.
  if (rules.some((rule) => /^(?:emergency|event|health|rollout)\./.test(rule))) return false
  // A schedule only keeps pods: without it the autoscaler adds them as before.
  if (field === scheduleField) return false
  const [was, is] = [readValue(field, from), readValue(field, to)]
  if (was === undefined || is === undefined) return false
  return field.startsWith('hpa.target.') || field === 'env.GOMEMLIMIT' ? is > was : is < was
}

/**
 * Returns what became of the changes that Tortoise made of some values of a workload: what got worse after each, compared with the
 * same hours before it and with the other workloads of the cluster.
 */
export function followChanges(
  addresses: readonly FieldAddress[],
  input: FollowInput,
): readonly ChangeHealth[] {
  const own = addresses.map((address) => ({ address, edits: input.pastValues(address) }))
  if (own.every(({ edits }) => edits.length === 0)) return []
  const waiting = waitingCommits(own, input)
  return own.flatMap(({ address, edits }) =>
    edits.map((edit, index) => {
      const health =
        replacedBy(edits[index - 1], edit, input) ??
        evaluate({ address, edit, isNewest: index === 0 }, input, waiting)
      const rolledOut = isContainerField(address.field) ? daysRolledOut(edit, input.observation) : undefined
      return {
        ...addressOf(address),
        edit,
        signs: [],
        figures: [],
        ...health,
        ...(rolledOut === undefined ? {} : { daysRolledOut: rolledOut }),
      }
    }),
  )
}

const addressOf = ({ workload, container, field }: FieldAddress): FieldAddress =>
  container === undefined ? { workload, field } : { workload, container, field }

type Result = Pick<ChangeHealth, 'verdict'> & Partial<Pick<ChangeHealth, 'signs' | 'figures'>>

function replacedBy(
  later: PastValue | undefined,
  edit: PastValue,
  { options }: Pick<FollowInput, 'options'>,
): Result | undefined {
  if (later === undefined) return undefined
  if (takesBack(later)) return { verdict: 'taken-back' }
  return edit.daysAgo - later.daysAgo < options.days ? { verdict: 'replaced' } : undefined
}

/** The commits whose requests are not in the cluster, each with the reason. */
function waitingCommits(
  own: readonly { readonly address: FieldAddress; readonly edits: readonly PastValue[] }[],
  { declared, observation }: FollowInput,
): ReadonlyMap<string, string> {
  const newest = own.flatMap(({ address: { container, field }, edits: [edit] }): readonly RequestEdit[] =>
    edit !== undefined && container !== undefined && (field === 'requests.cpu' || field === 'requests.memory')
      ? [{ container, field, edit }]
      : [],
  )
  const commits = [...new Set(newest.map(({ edit }) => edit.commit))]
  return new Map(
    commits.flatMap((commit) => {
      const why = notRolledOut(
        declared,
        observation,
        newest.filter(({ edit }) => edit.commit === commit),
      )
      return why === undefined ? [] : [[commit, why] as const]
    }),
  )
}

interface FollowedEdit {
  readonly address: FieldAddress
  readonly edit: PastValue
  readonly isNewest: boolean
}

function evaluate(
  { address, edit, isNewest }: FollowedEdit,
  input: FollowInput,
  waiting: ReadonlyMap<string, string>,
): Result {
  const { declared, observation, options, all } = input
  const text = declaredText(declared, address)
  if (isNewest && text !== undefined && !sameValue(address.field, text, edit.to))
    return { verdict: 'replaced' }
  const why = isNewest ? waiting.get(edit.commit) : undefined
  if (why !== undefined) return { verdict: 'waiting', figures: [why] }
  const span = spanOf(edit, observation, { days: options.days, isOfPods: isContainerField(address.field) })
  if (typeof span === 'string') return { verdict: span === 'past' ? 'held' : 'open' }
  const figures = figuresOf(address, edit, { span, observation })
  const signs = isRisk(address, edit) ? signsOf(address, edit, { ...input, span }) : []
  if (signs.length > 0) {
    const incident = incidentIn(observation, { span, signs, all })
    return incident === undefined
      ? { verdict: 'hurt', signs, figures }
      : { verdict: 'unclear', signs, figures: [...figures, incident] }
  }
  if (span.isOpen) return { verdict: 'open', figures }
  return { verdict: figures.length > 0 || !isContainerField(address.field) ? 'held' : 'unclear', figures }
}

interface Subject {
  readonly span: HealthSpan
  readonly observation: Observation
}

const containersOf = (
  { containers }: Observation,
  { container }: Pick<FieldAddress, 'container'>,
): readonly ContainerUsage[] =>
  container === undefined ? containers : containers.filter((one) => one.container === container)

/** Kills, and minutes above the CPU request, in the days of a change. */
function figuresOf(
  address: FieldAddress,
  { to }: PastValue,
  { span, observation }: Subject,
): readonly string[] {
  const usages = containersOf(observation, address)
  if (!usages.some(({ cpu, memory }) => cpu ?? memory)) return []
  const kills = usages.reduce((sum, usage) => sum + killsIn(usage, span), 0)
  const request = address.field === 'requests.cpu' ? readValue('requests.cpu', to) : undefined
  const [usage] = usages
  const above = request === undefined || usage === undefined ? undefined : minutesAbove(usage, span, request)
  return [`${kills} OOM ${kills === 1 ? 'kill' : 'kills'}`, ...(above === undefined ? [] : [above])]
}

/** What got worse after a change that can do harm, and that the changed field can cause. */
function signsOf(
  address: FieldAddress,
  edit: PastValue,
  { declared, observation, span }: Subject & Pick<FollowInput, 'declared'>,
): readonly HealthSign[] {
  const { field } = address
  const usages = containersOf(observation, address)
  const found: (readonly [rule: string, text: string | undefined])[] = []
  const ofEach = (rule: string, sign: (usage: ContainerUsage) => string | undefined): void => {
    for (const usage of usages) found.push([rule, sign(usage)])
  }
  if (boundsMemory(address, declared)) ofEach(healthRules.killed, (usage) => moreKills(usage, span))
  if (field === 'limits.cpu' || field === 'env.GOMAXPROCS')
    ofEach(healthRules.throttled, (usage) => moreThrottling(usage, span))
  if (field === 'requests.cpu' || field === 'hpa.target.cpu' || field === 'hpa.minReplicas')
    ofEach(healthRules.short, (usage) => {
      const step = stepOf(address, edit, { declared, container: usage.container })
      return step && moreShortage(usage, span, step)
    })
  if (field.startsWith('hpa.') && field !== 'hpa.minReplicas')
    found.push([
      healthRules.maximum,
      longerAtMaximum(declared, observation, { span, formerMaximum: maximumBefore(address, edit) }),
    ])
  if (field === 'requests.memory') found.push([healthRules.evicted, moreEvictions(observation, span)])
  if (isContainerField(field)) {
    found.push([healthRules.restarted, moreRestarts(observation, span)])
    found.push([healthRules.down, takenDown(observation, span)])
  }
  const own = found.flatMap(([rule, text]) => (text === undefined ? [] : [{ rule, text }]))
  return [...own, ...worseSignals(observation, span)]
}

/** Whether a field bounds the memory of a container: a request does where no limit is set. */
function boundsMemory({ container, field }: FieldAddress, { containers }: DeclaredWorkload): boolean {
  if (field !== 'requests.memory')
    return field === 'limits.memory' || field === 'env.GOMEMLIMIT' || field === 'hpa.target.memory'
  const values = containers.find(({ name }) => name === container)?.values
  return values?.['limits.memory'] === undefined || values['limits.memory'] === values['requests.memory']
}

/** The CPU request of a container before and after a change; the same one for a change of its HPA. */
function stepOf(
  { field }: FieldAddress,
  { from, to }: PastValue,
  { declared, container }: { readonly declared: DeclaredWorkload; readonly container: string },
): { readonly from: number; readonly to: number } | undefined {
  const now = declared.containers.find(({ name }) => name === container)?.values['requests.cpu']
  const [before, after] = field === 'requests.cpu' ? [from, to] : [now, now]
  const [was, is] = [before, after].map((one) => readValue('requests.cpu', one ?? ''))
  return was === undefined || is === undefined ? undefined : { from: was, to: is }
}

const maximumBefore = ({ field }: FieldAddress, { from }: PastValue): number | undefined =>
  field === 'hpa.maxReplicas' ? readValue(field, from) : undefined
