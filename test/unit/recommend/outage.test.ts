import { describe, expect, it } from 'vitest'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { Recommendation } from '../../../plugin/model/recommendation.ts'
import type { Series } from '../../../plugin/model/series.ts'
import { keepInOutage } from '../../../plugin/recommend/outage.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const first = Date.UTC(2026, 8, 1) / 1000 + 3600
const frame = { first, step: 3600, count: 14 * 24 }

/** A workload without samples in the last hours. */
function silent(name: string, hours: number): Observation {
  const load = { cpu: () => 100, memory: () => 1e8 }
  const whole = recordedUsage(load, frame)
  const short = recordedUsage(load, { ...frame, count: frame.count - hours })
  const packed = (usage: typeof whole.cpu) => ({ ...usage, highest: padded(usage.highest, hours) })
  return observationWith({
    workload: { ...workload, name },
    containers: [
      {
        container: 'app',
        oomKills: 0,
        ...(hours === 0 ? whole : { cpu: packed(short.cpu), memory: packed(short.memory) }),
      },
    ],
  })
}

const padded = (series: Series | undefined, hours: number): Series => {
  if (series === undefined) throw new Error('no series')
  const levels = Buffer.from(series.packed, 'base64')
  return { ...series, packed: Buffer.concat([levels, Buffer.alloc(hours)]).toString('base64') }
}

const change = (from: number, to: number): Recommendation => ({
  workload,
  container: 'app',
  field: 'requests.cpu',
  verdict: 'change',
  from,
  to,
  because: [],
  together: 'cpu of app',
})
const names = ['api', 'web', 'cart']
const verdict = (all: readonly Observation[], from = 200, to = 100) =>
  keepInOutage([change(from, to)], { cluster: 'prod' }, all)[0]?.verdict

describe('a cluster whose metrics end before the window', () => {
  const gone = names.map((name) => silent(name, 5))

  it('has nothing lowered, with the hours in the reason; raises are made', () => {
    expect(keepInOutage([change(200, 100)], { cluster: 'prod' }, gone)).toMatchObject([
      {
        verdict: 'keep',
        because: [{ rule: 'metrics.outage', text: expect.stringContaining('in the last 5 hours') }],
      },
    ])
    expect(verdict(gone, 100, 200)).toBe('change')
  })

  it.each([
    ['one workload still has samples', [...gone, silent('cron', 0)]],
    ['it ends less than two hours before', names.map((name) => silent(name, 1))],
    ['too few workloads are known', gone.slice(0, 2)],
    ['another cluster is meant', gone.map((one) => ({ ...one, cluster: 'staging' }))],
  ])('is not assumed when %s', (_, all) => {
    expect(verdict(all)).toBe('change')
  })
})
