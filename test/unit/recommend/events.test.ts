import { describe, expect, it } from 'vitest'
import type { DeclaredWorkload } from '../../../plugin/model/declared.ts'
import type { PastValue } from '../../../plugin/model/past-edit.ts'
import type { PlannedEvent } from '../../../plugin/model/planned-event.ts'
import type { Change, Recommendation } from '../../../plugin/model/recommendation.ts'
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
const recommended = (
  field: Change['field'],
  [from, to]: [number, number],
  together: string,
): Recommendation => ({
  ...{ workload, container: 'app', field, verdict: 'change', from, to, together },
  because: [{ rule: 'cpu.usage', text: 'Used.' }],
})

interface Case {
  readonly given?: readonly Recommendation[]
  readonly events?: readonly PlannedEvent[]
  readonly past?: Readonly<Record<string, Partial<PastValue>>>
  readonly bounds?: ContainerBounds
}
function changesOf({ given = [], events = [sale], past = {}, bounds }: Case = {}): readonly string[] {
  const changed = withEvents(given, {
    declared,
    cluster: 'prod',
    events,
    pastValues: ({ field, container }) => {
      const edit = past[`${container} ${field}`]
      const known = {
        commit: 'a'.repeat(40),
        at: '2026-11-20T00:00:00Z',
        rules: [],
        from: '',
        to: '',
        days: 3,
      }
      return edit === undefined ? [] : [{ ...known, ...edit } as PastValue]
    },
    ...(bounds && { bounds: () => bounds }),
  })
  return changed.flatMap((one) =>
    one.verdict === 'change' ? [`${one.container} ${one.field} ${one.from} ${one.to}`] : [],
  )
}
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
    expect(changesOf({ bounds: { request: maximum(300), limit: {} } })).toEqual([
      'app requests.cpu 200 300',
      'app limits.cpu 400 500',
    ])
    expect(changesOf({ bounds: { request: {}, limit: maximum(450) } })).toEqual([
      'app requests.cpu 200 450',
      'app limits.cpu 400 450',
    ])
    expect(changesOf({ bounds: { request: {}, limit: {}, room: { value: 250, said: 'A node' } } })).toEqual([
      'app requests.cpu 200 250',
      'app limits.cpu 400 500',
    ])
  })

  it('are restored after it, unless somebody set another value', () => {
    const rules = ['event.on']
    const past = {
      'app requests.cpu': { from: '100m', to: '200m', rules },
      'app limits.cpu': { from: '300m', to: '350m', rules },
    }
    expect(changesOf({ events: [], past })).toEqual(['app requests.cpu 200 100'])
    expect(changesOf({ events: [{ ...sale, isOn: false }], past })).toEqual(['app requests.cpu 200 100'])
    expect(changesOf({ events: [{ ...sale, minRequests: {} }], past })).toEqual([])
  })
})
