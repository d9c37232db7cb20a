import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Behavior, defaultBehavior } from '../../../../plugin/model/behavior.ts'
import { type HpaRules, hpaController } from '../../../../plugin/recommend/hpa/controller.ts'
import { desiredByAllMetrics, desiredReplicas } from '../../../../plugin/recommend/hpa/desired.ts'
import { simulateHpa } from '../../../../plugin/recommend/hpa/simulate.ts'
import type { HpaSpec, PodGroup, RecordedLook, Recording } from '../../../lab/hpa/recording.ts'

/** Recorded decisions of kube-controller-manager by scenario; `npm run hpa:record` records them again. */
const directory = join(import.meta.dirname, 'recorded')
const recordings = readdirSync(directory).map(
  (file) =>
    [basename(file, '.json'), JSON.parse(readFileSync(join(directory, file), 'utf8')) as Recording] as const,
)

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function rulesOf({ hpa, downscaleStabilization }: Recording): HpaRules {
  const { minReplicas, maxReplicas, behavior } = hpa
  if (behavior === undefined) return { minReplicas, maxReplicas, downscaleStabilization }
  const scaleDown = {
    ...defaultBehavior.scaleDown,
    stabilizationWindowSeconds: downscaleStabilization,
    ...behavior.scaleDown,
  }
  const whole: Behavior = { scaleUp: { ...defaultBehavior.scaleUp, ...behavior.scaleUp }, scaleDown }
  return { minReplicas, maxReplicas, behavior: whole }
}

/** The recommendation of a metric at a recorded evaluation. Only CPU waits for pods to be ready. */
function recommendationOf(
  metric: HpaSpec['metrics'][number],
  { groups, replicas }: RecordedLook,
  { containers }: Recording,
) {
  const { name: resource, target } = metric.type === 'Resource' ? metric.resource : metric.containerResource
  const names = metric.type === 'Resource' ? Object.keys(containers) : [metric.containerResource.container]
  const usedBy = ({ usage }: PodGroup): number | undefined => {
    const parts = names.map((name) => usage?.[name]?.[resource])
    return parts.includes(undefined) ? undefined : sum(parts.map((part) => part ?? 0))
  }
  const measured = groups.filter((group) => usedBy(group) !== undefined)
  const counted = measured.filter(({ ready }) => ready || resource === 'memory')
  return desiredReplicas({
    current: replicas,
    ready: sum(counted.map(({ pods }) => pods)),
    missing: sum(groups.filter((group) => usedBy(group) === undefined).map(({ pods }) => pods)),
    usage: sum(counted.map((group) => group.pods * (usedBy(group) ?? 0))),
    request: sum(names.map((name) => containers[name]?.[resource] ?? 0)),
    utilization: target.averageUtilization,
  })
}

/** Number of pods after each evaluation, when our controller gets the readings of the real one. */
function replayed(recording: Recording): readonly number[] {
  const { sync } = hpaController(rulesOf(recording))
  return recording.looks.map((look) => {
    const recommendations = recording.hpa.metrics.map((metric) => recommendationOf(metric, look, recording))
    return sync({ now: look.at, current: look.replicas }, desiredByAllMetrics(recommendations, look.replicas))
  })
}

describe('recorded behaviour of the real HPA controller', () => {
  it('covers many scenarios, each with scale events', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(14)
    for (const [, { looks }] of recordings) expect(looks.length).toBeGreaterThanOrEqual(16)
  })

  // Exact: windows end between evaluations, so milliseconds of the recording's clock do not matter.
  it.each(recordings)('is repeated at each evaluation: %s', (_, recording) => {
    expect(replayed(recording)).toEqual(recording.looks.map(({ desired }) => desired))
  })
})

describe('a recorded wave of demand', () => {
  const waves = recordings.filter(([name]) => name.startsWith('demand'))

  // Exact as well, although the simulator distributes the load and starts the pods itself.
  it.each(waves)('is repeated by the simulator as a whole: %s', (_, recording) => {
    const { looks, syncSeconds, readyAfterSeconds, containers, hpa } = recording
    const [metric] = hpa.metrics
    const utilization = metric?.type === 'Resource' ? metric.resource.target.averageUtilization : 0
    const used = looks.map(({ groups }) =>
      sum(groups.map(({ pods, usage }) => pods * (usage?.['app']?.cpu ?? 0))),
    )
    const { replicas } = simulateHpa(
      { values: Float64Array.from(used), step: syncSeconds },
      { ...rulesOf(recording), request: containers['app']?.cpu ?? 0, utilization },
      { syncSeconds, readySeconds: readyAfterSeconds, replicas: looks[0]?.replicas ?? 0 },
    )
    expect([...replicas]).toEqual(looks.map(({ desired }) => desired))
  })
})
