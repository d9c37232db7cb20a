import { describe, expect, it } from 'vitest'
import type { ContainerUsage, Observation } from '../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import { cpuScale } from '../../../plugin/model/sketch.ts'
import { containerEvidence, recordedTimes } from '../../../plugin/recommend/container-evidence.ts'
import { observationWith, workload } from './builders.ts'
import { options } from './profiles/steady/rule-builders.ts'

const step = 300
const perDay = 86_400 / step
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + step, step, count: 14 * perDay }

/** Usage in the slots for which a condition holds. */
function usage(hasSample: (slot: number) => boolean, container = 'app'): ContainerUsage {
  const recorder = usageRecorder(cpuScale, frame)
  for (let slot = 0; slot < frame.count; slot += 1) if (hasSample(slot)) recorder.add(slot, 100)
  const cpu = recorder.finish()
  return { container, oomKills: 0, ...(cpu && { cpu }) }
}

const isDay = (slot: number): boolean => slot % perDay >= 96 && slot % perDay < 200
const evidenceOf = (
  own: ContainerUsage,
  more: Partial<Observation> = {},
  others: readonly Observation[] = [],
) => {
  const observation = observationWith({ containers: [own], ...more })
  const wasRecorded = recordedTimes([observation, ...others])
  const found = containerEvidence({ observation, options, wasRecorded }, own).observation
  return [Math.round(found.days * 10) / 10, Math.round(found.coverage * 100) / 100]
}
const always = observationWith({ containers: [usage(() => true)] })

describe('the evidence of a container', () => {
  it('is that of the window when it ran all the time', () => {
    expect(evidenceOf(usage(() => true))).toEqual([14, 1])
  })

  it('has the days since its first sample', () => {
    expect(evidenceOf(usage((slot) => slot >= 13.75 * perDay))).toEqual([0.3, 1])
  })

  it('lacks nothing while no pod ran: at night, and between the runs of a CronJob', () => {
    expect(evidenceOf(usage(isDay), { coverage: 104 / perDay })).toEqual([13.4, 1])
    const cronJob = { workload: { ...workload, kind: 'CronJob' } }
    const hourly = usage((slot) => slot % 12 < 2)
    expect(evidenceOf(hourly, { ...cronJob, coverage: 1 / 6 })).toEqual([14, 1])
    expect(evidenceOf(hourly, { ...cronJob, coverage: 1 / 6, days: 3 })).toEqual([3, 1])
  })

  it('has the days with samples where it runs once a week', () => {
    expect(evidenceOf(usage((slot) => Math.floor(slot / perDay) % 7 === 1 && isDay(slot)))[0]).toBe(2)
  })

  it('has short gaps as missing samples', () => {
    expect(
      evidenceOf(
        usage((slot) => slot % 4 < 2),
        { coverage: 0.5 },
      ),
    ).toEqual([14, 0.5])
  })

  it('has an outage as missing samples: nothing of the cluster was recorded', () => {
    const outages = Array.from({ length: 3 }, () => observationWith({ containers: [usage(isDay)] }))
    expect(evidenceOf(usage(isDay), { coverage: 0.36 }, outages)[1]).toBeLessThan(0.4)
    const running = [always, always, always]
    expect(evidenceOf(usage(isDay), { coverage: 0.36 }, running)[1]).toBeCloseTo(1, 1)
  })

  it('is that of the workload without data by slot', () => {
    expect(evidenceOf({ container: 'app', oomKills: 0 }, { days: 5, coverage: 0.7 })).toEqual([5, 0.7])
  })
})
