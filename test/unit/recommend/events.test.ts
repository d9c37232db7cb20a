import { describe, expect, it } from 'vitest'
import type { DeclaredWorkload } from '../../../plugin/model/declared.ts'
import type { PastValue } from '../../../plugin/model/past-edit.ts'
import type { PlannedEvent } from '../../../plugin/model/planned-event.ts'
import type { Change, Recommendation } from '../../../plugin/model/recommendation.ts'
import { withEmergencies } from '../../../plugin/recommend/emergency.ts'
import { withEvents } from '../../../plugin/recommend/events.ts'
import type { ContainerBounds } from '../../../plugin/recommend/workload-input.ts'
import { workload } from './builders.ts'

const sale: PlannedEvent = {
  name: 'sale',
  match: { namespace: 'shop' },
  to: '2026-11-30T00:00:00Z',
  isOn: true,
  minRequests: { app: { cpu: 500 } },
}
const values = { 'requests.cpu': '200m', 'limits.cpu': '400m' }
const declared: DeclaredWorkload = {
  workload,
  containers: [
    { name: 'app', role: 'main', values },
    { name: 'migrate', role: 'init', values },
  ],
}
const recommended = (field: Change['field'], [from, to]: [number, number], together: string): Change => ({
  ...{ workload, container: 'app', field, verdict: 'change', from, to, together },
  because: [{ rule: 'cpu.usage', text: 'Used.' }],
})

interface Case {
  readonly given?: readonly Recommendation[]
  readonly events?: readonly PlannedEvent[]
  /** Earlier changes of a value of the container, newest first. */
  readonly past?: Readonly<Record<string, readonly Partial<PastValue>[]>>
  readonly bounds?: ContainerBounds
  readonly of?: DeclaredWorkload
  readonly hold?: (all: readonly Recommendation[]) => readonly Recommendation[]
}
const edit = (from: string, to: string, rule = 'event.on'): Partial<PastValue> => ({
  from,
  to,
  rules: [rule],
})

function decided({ given = [], events = [sale], past = {}, bounds, of = declared, hold }: Case = {}) {
  return withEvents(given, {
    declared: of,
    events,
    pastValues: ({ field, container = '' }) => {
      const known = { commit: 'a'.repeat(40), at: '2026-11-20T00:00:00Z', daysAgo: 3 }
      return (past[`${container} ${field}`.trim()] ?? []).map((one) => ({ ...known, ...one }) as PastValue)
    },
    ...(bounds && { bounds: () => bounds }),
    ...(hold && { hold }),
  })
}
const changesOf = (given: Case = {}): readonly string[] =>
  decided(given).flatMap((one) =>
    one.verdict === 'change' ? [`${one.container ?? ''} ${one.field} ${one.from} ${one.to}`.trim()] : [],
  )
const raised = ['app requests.cpu 200 500', 'app limits.cpu 400 500']
const maximum = (value: number) => ({ maximum: { value, said: 'A LimitRange' } })

describe('requests in a planned event', () => {
  it('are raised with a limit that would be below, and those of init containers stay', () => {
    expect(changesOf()).toEqual(raised)
  })

  it('take the place of what is recommended below them, with its group, and of nothing above', () => {
    const target: Recommendation = { ...recommended('limits.cpu', [400, 450], 'cpu'), container: 'proxy' }
    const less = [recommended('requests.cpu', [200, 300], 'cpu'), target]
    expect(changesOf({ given: less })).toEqual(raised)
    const more = [
      recommended('requests.cpu', [200, 700], 'cpu'),
      recommended('limits.cpu', [400, 700], 'cpu'),
    ]
    expect(changesOf({ given: more })).toEqual(['app requests.cpu 200 700', 'app limits.cpu 400 700'])
  })

  it('keep everything else from being lowered', () => {
    expect(changesOf({ given: [recommended('requests.memory', [900, 500], 'memory')] })).toEqual(raised)
  })

  it('stay within the bounds of the cluster, and a request within its limit', () => {
    expect(changesOf({ bounds: { request: maximum(300), limit: {} } })).toEqual(['app requests.cpu 200 300'])
    expect(changesOf({ bounds: { request: {}, limit: maximum(450) } })).toEqual([
      'app requests.cpu 200 450',
      'app limits.cpu 400 450',
    ])
    expect(changesOf({ bounds: { request: {}, limit: {}, room: { value: 250, said: 'A node' } } })).toEqual([
      'app requests.cpu 200 250',
    ])
  })

  it('are restored after it, unless somebody set another value', () => {
    const past = { 'app requests.cpu': [edit('100m', '200m')], 'app limits.cpu': [edit('300m', '350m')] }
    expect(changesOf({ events: [], past })).toEqual(['app requests.cpu 200 100'])
    expect(changesOf({ events: [{ ...sale, isOn: false }], past })).toEqual(['app requests.cpu 200 100'])
    expect(changesOf({ events: [{ ...sale, minRequests: {} }], past })).toEqual([])
  })

  it('are restored to the value before the first of several raises', () => {
    const past = { 'app requests.cpu': [edit('150m', '200m'), edit('100m', '150m')] }
    expect(changesOf({ events: [], past })).toEqual(['app requests.cpu 200 100'])
    const apart = { 'app requests.cpu': [edit('150m', '200m'), edit('100m', '120m')] }
    expect(changesOf({ events: [], past: apart })).toEqual(['app requests.cpu 200 150'])
  })

  it('are not restored while more is recommended, or while nothing may be lowered', () => {
    const past = { 'app requests.cpu': [edit('100m', '200m')], 'app limits.cpu': [edit('300m', '400m')] }
    const more = [recommended('limits.cpu', [400, 600], 'cpu')]
    expect(changesOf({ events: [], past, given: more })).toEqual(['app limits.cpu 400 600'])
    expect(changesOf({ events: [], past, hold: () => [] })).toEqual([])
  })

  it('keep a limit at least as large as the request when they are restored', () => {
    const past = { 'app limits.cpu': [edit('150m', '400m')] }
    expect(changesOf({ events: [], past })).toEqual(['app limits.cpu 400 200'])
  })

  it('are raised with the limit that is recommended, though the rest of its group is kept', () => {
    const group = [
      recommended('requests.cpu', [200, 300], 'cpu'),
      recommended('limits.cpu', [400, 700], 'cpu'),
    ]
    expect(changesOf({ given: group })).toEqual(['app requests.cpu 200 500', 'app limits.cpu 400 700'])
  })

  it('leave a group that raises more, which is commanded then, and which nothing restores', () => {
    const target: Change = { ...recommended('hpa.target.cpu', [80, 40], 'cpu'), container: 'app' }
    const more = [recommended('requests.cpu', [200, 700], 'cpu'), target]
    const rules = decided({ given: more }).flatMap((one) =>
      one.verdict === 'change'
        ? [`${one.field} ${one.to} ${one.because.map(({ rule }) => rule).join(' ')}`]
        : [],
    )
    expect(rules).toEqual(['requests.cpu 700 cpu.usage event.with', 'hpa.target.cpu 40 cpu.usage event.with'])
    const past = { 'app requests.cpu': [{ from: '100m', to: '200m', rules: ['cpu.usage', 'event.with'] }] }
    expect(changesOf({ events: [], past })).toEqual([])
  })

  it('are the limit where Kubernetes takes the request from it', () => {
    const implied = { name: 'app', role: 'main' as const, values, implied: ['requests.cpu'] as const }
    const of = { ...declared, containers: [implied] }
    expect(changesOf({ of })).toEqual(['app limits.cpu 400 500'])
    expect(changesOf({ of, bounds: { request: maximum(450), limit: {} } })).toEqual([
      'app limits.cpu 400 450',
    ])
  })

  it('that did not fit are restored and not raised again', () => {
    const back: Change = {
      ...recommended('requests.cpu', [500, 200], 'the change whose rollout is stuck'),
      because: [{ rule: 'rollout.stuck', text: 'Stuck.' }],
    }
    const of = {
      ...declared,
      containers: [{ name: 'app', role: 'main' as const, values: { 'requests.cpu': '500m' } }],
    }
    expect(changesOf({ of, given: [back] })).toEqual(['app requests.cpu 500 200'])
    expect(changesOf({ past: { 'app requests.cpu': [edit('500m', '200m', 'rollout.stuck')] } })).toEqual([])
  })
})

describe('the minimum of an HPA in a planned event', () => {
  const of: DeclaredWorkload = {
    ...{ workload, containers: [] },
    autoscaler: { minReplicas: 20, maxReplicas: 30, targets: [] },
  }
  it('is as many pods as the HPA may have', () => {
    const events = [{ ...sale, minReplicas: Number.POSITIVE_INFINITY }]
    expect(changesOf({ of, events })).toEqual(['hpa.minReplicas 20 30'])
  })

  it('is raised once with a group of the rules that has its requests, unless these need more', () => {
    const both = { ...declared, autoscaler: { minReplicas: 20, maxReplicas: 30, targets: [] } }
    const pods: Change = {
      ...{ workload, field: 'hpa.minReplicas', verdict: 'change', from: 20, to: 25, together: 'cpu' },
      because: [{ rule: 'hpa.bounds', text: 'Load.' }],
    }
    const given = [pods, recommended('requests.cpu', [200, 300], 'cpu')]
    const need = (cpu: number) => [{ ...sale, minReplicas: 22, minRequests: { app: { cpu } } }]
    expect(changesOf({ of: both, given, events: need(250) })).toEqual([
      'hpa.minReplicas 20 25',
      'app requests.cpu 200 300',
    ])
    expect(changesOf({ of: both, given, events: need(500) })).toEqual([
      'hpa.minReplicas 20 22',
      'app requests.cpu 200 500',
      'app limits.cpu 400 500',
    ])
  })

  it('goes back to that before the first raise, also when the maximum grew meanwhile', () => {
    const past = { 'hpa.minReplicas': [edit('10', '20'), edit('3', '10')] }
    expect(changesOf({ of, events: [], past })).toEqual(['hpa.minReplicas 20 3'])
  })
})

describe('a value that events and others changed', () => {
  const emergency = (from: string, to: string): Partial<PastValue> => ({
    ...edit(from, to, 'emergency.start'),
    emergency: { until: '2026-11-28T00:00:00Z', daysLeft: 1 },
  })
  const over = (from: string, to: string) => edit(from, to, 'emergency.over')
  const of = (minReplicas: number): DeclaredWorkload => ({
    ...{ workload, containers: [] },
    autoscaler: { minReplicas, maxReplicas: 60, targets: [] },
  })
  const restored = (minReplicas: number, ...past: readonly Partial<PastValue>[]) =>
    changesOf({ of: of(minReplicas), events: [], past: { 'hpa.minReplicas': past } })

  it('goes back to that before the events once an emergency between them is back', () => {
    const both = [over('15', '10'), over('30', '15'), emergency('10', '30'), edit('3', '10')]
    expect(restored(10, ...both)).toEqual(['hpa.minReplicas 10 3'])
    expect(restored(15, ...both.slice(1))).toEqual([])
    expect(restored(30, ...both.slice(2))).toEqual([])
    expect(restored(50, edit('30', '50'), ...both.slice(2))).toEqual([])
  })

  it('goes back to that before the events when the last raise did not fit', () => {
    const past = {
      'app requests.cpu': [edit('500m', '200m', 'rollout.stuck'), edit('200m', '500m'), edit('100m', '200m')],
    }
    expect(changesOf({ events: [], past })).toEqual(['app requests.cpu 200 100'])
  })

  it('stays when another rule or a person changed it since', () => {
    expect(restored(10, edit('8', '10', 'hpa.bounds'), edit('3', '8'))).toEqual([])
    expect(restored(10, edit('3', '8'))).toEqual([])
  })
})

describe('an emergency below a planned event', () => {
  const of: DeclaredWorkload = {
    ...{ workload, containers: [] },
    autoscaler: { minReplicas: 20, maxReplicas: 30, targets: [] },
  }
  const start = (daysLeft: number): Partial<PastValue> => ({
    ...edit('4', '12', 'emergency.start'),
    emergency: { until: '2026-11-28T00:00:00Z', daysLeft },
  })
  const stepsAfter = (past: readonly Partial<PastValue>[]) => {
    const known = { commit: 'a'.repeat(40), at: '2026-11-20T00:00:00Z', daysAgo: 3 }
    const all = past.map((one) => ({ ...known, ...one }) as PastValue)
    return withEmergencies([], { declared: of, pastValues: () => all }).flatMap((one) =>
      one.verdict === 'change' ? [`${one.field} ${one.from} ${one.to}`] : [],
    )
  }

  it('goes on while its time is not over, and ends then', () => {
    expect(stepsAfter([edit('12', '20'), start(1)])).toEqual([])
    // A person ended it, and the event went on from there.
    expect(stepsAfter([edit('25', '20', 'event.over'), start(1), edit('10', '25')])).toEqual([])
    expect(stepsAfter([edit('12', '20'), start(-1)])).toEqual(['hpa.minReplicas 20 10'])
    expect(stepsAfter([edit('25', '20', 'event.over'), edit('12', '25'), start(-1)])).toEqual([
      'hpa.minReplicas 20 10',
    ])
  })
})
