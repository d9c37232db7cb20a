import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { DeclaredWorkload } from '../../plugin/model/declared.ts'
import type { FieldAddress } from '../../plugin/model/field.ts'
import type { PastValue } from '../../plugin/model/past-edit.ts'
import type { PlannedEvent } from '../../plugin/model/planned-event.ts'
import type { Change, Recommendation } from '../../plugin/model/recommendation.ts'
import { printValue } from '../../plugin/model/value.ts'
import { raiseAll, withEmergencies } from '../../plugin/recommend/emergency.ts'
import { withEvents } from '../../plugin/recommend/events.ts'

const seed = 20261129
const numRuns = 3000

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
/** An event of a simulation: what it wants. */
interface Wants {
  readonly pods?: number
  readonly cpu?: number
}
/** What happens to a workload, one after the other. */
type Step =
  | { readonly what: 'run' | 'stop' }
  | { readonly what: 'events'; readonly wants: readonly Wants[] }
  | { readonly what: 'emergency'; readonly factor: number }
  | { readonly what: 'maximum'; readonly pods: number }
  /** From now on, the rules want so many pods, and so much CPU, in one change group. */
  | { readonly what: 'rules'; readonly pods: number; readonly cpu: number }

const wants = fc.record(
  { pods: fc.constantFrom(5, 12, 30, Number.POSITIVE_INFINITY), cpu: fc.constantFrom(150, 300, 450, 900) },
  { requiredKeys: [] },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ what: 'run' as const }) },
  { weight: 1, arbitrary: fc.constant({ what: 'stop' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant('events' as const), wants: fc.array(wants, { maxLength: 2 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('emergency' as const), factor: fc.constantFrom(1.5, 3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constant('maximum' as const), pods: fc.constantFrom(20, 40) }),
  },
)

const fields = ['hpa.minReplicas', 'requests.cpu', 'limits.cpu'] as const

/** A workload in Git with the changes that were made of it. */
function simulation() {
  const state = { min: 3, max: 20, request: 200, limit: 400 }
  const base = { ...state }
  const edits = new Map<string, PastValue[]>()
  let events: readonly PlannedEvent[] = []
  let emergencyOn = false
  let wanted: Readonly<Partial<Record<FieldAddress['field'], number>>> = {}
  const keyOf = ({ container, field }: FieldAddress): string => `${container ?? ''} ${field}`
  const declared = (): DeclaredWorkload => ({
    workload,
    containers: [
      {
        name: 'app',
        role: 'main',
        values: { 'requests.cpu': `${state.request}m`, 'limits.cpu': `${state.limit}m` },
      },
    ],
    autoscaler: { minReplicas: state.min, maxReplicas: state.max, targets: [] },
  })
  const pastValues = (one: FieldAddress): readonly PastValue[] =>
    (edits.get(keyOf(one)) ?? []).map(({ emergency, ...edit }) => ({
      ...edit,
      ...(emergency && { emergency: { ...emergency, daysLeft: emergencyOn ? 1 : -1 } }),
    }))
  function apply(changes: readonly Recommendation[], isEmergency = false): void {
    for (const one of changes.filter((change): change is Change => change.verdict === 'change')) {
      const { field, from, to } = one
      const known = { commit: 'a'.repeat(40), at: '2026-11-20T00:00:00Z', daysAgo: 1 }
      const edit: PastValue = {
        ...known,
        from: printValue(field, from),
        to: printValue(field, to),
        rules: one.because.map(({ rule }) => rule),
        ...(isEmergency && { emergency: { until: '2026-11-21T00:00:00Z', daysLeft: 1 } }),
      }
      edits.set(keyOf(one), [edit, ...(edits.get(keyOf(one)) ?? [])])
      if (field === 'hpa.minReplicas') state.min = to
      else if (field === 'requests.cpu') state.request = to
      else state.limit = to
    }
  }
  const run = (): void => {
    const before = { ...state }
    const given = fields.map((field): Recommendation => {
      const from = { 'hpa.minReplicas': state.min, 'requests.cpu': state.request, 'limits.cpu': state.limit }[
        field
      ]
      const address = { workload, ...(field === 'hpa.minReplicas' ? {} : { container: 'app' }), field }
      const to = Math.min(
        wanted[field] ?? 0,
        field === 'hpa.minReplicas' ? state.max : Number.POSITIVE_INFINITY,
      )
      return to > from
        ? {
            ...address,
            verdict: 'change',
            from,
            to,
            because: [{ rule: 'cpu.usage', text: 'Used.' }],
            together: 'all',
          }
        : { ...address, verdict: 'keep', from, because: [] }
    })
    const input = { declared: declared(), pastValues }
    const decided = withEvents(withEmergencies(given, input), { ...input, events })
    expect(new Set(decided.map(keyOf)).size, 'a value is decided twice').toBe(decided.length)
    apply(decided)
    expect(state.request, 'the request is above its limit').toBeLessThanOrEqual(state.limit)
    expect(state.min, 'the minimum is above the maximum').toBeLessThanOrEqual(state.max)
    const isUp = (['min', 'request', 'limit'] as const).every((one) => state[one] >= before[one])
    if (events.length > 0 || emergencyOn) expect(isUp, 'something was lowered').toBe(true)
  }
  return {
    run,
    take: (one: Step): void => {
      if (one.what === 'run') run()
      else if (one.what === 'stop') emergencyOn = false
      else if (one.what === 'rules')
        wanted = { 'hpa.minReplicas': one.pods, 'requests.cpu': one.cpu, 'limits.cpu': one.cpu + 100 }
      else if (one.what === 'maximum') {
        if (one.pods >= state.min) state.max = one.pods
      } else if (one.what === 'events')
        events = one.wants.map(({ pods, cpu }, nth) => ({
          ...{ name: `event ${nth}`, match: {}, to: '2026-11-30T00:00:00Z', isOn: true },
          ...(pods !== undefined && { minReplicas: pods }),
          ...(cpu !== undefined && { minRequests: { app: { cpu } } }),
        }))
      else if (one.what === 'emergency' && !emergencyOn) {
        emergencyOn = true
        apply(raiseAll(declared(), { factor: one.factor, until: '2026-11-21T00:00:00Z' }), true)
      }
    },
    end: () => {
      events = []
      emergencyOn = false
      for (let times = 0; times < 12; times += 1) run()
      return { ...state, max: base.max }
    },
    base,
  }
}

it('everything that events and emergencies raise, in any order, goes back to what it was, and nothing is lowered while one is on', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      const { take, end, base } = simulation()
      for (const one of steps) take(one)
      expect(end()).toEqual(base)
    }),
    { seed, numRuns },
  )
})

it('no value is set twice, lowered, or above its bound while rules raise others beside events and emergencies', () => {
  const rules = fc.record({
    what: fc.constant('rules' as const),
    pods: fc.constantFrom(4, 8, 25),
    cpu: fc.constantFrom(250, 350, 800),
  })
  fc.assert(
    fc.property(fc.array(fc.oneof(step, rules), { maxLength: 14 }), (steps) => {
      const { take } = simulation()
      for (const one of steps) take(one)
    }),
    { seed, numRuns },
  )
})
