import { packDays } from '../../../plugin/model/daily.ts'
import type { Observation, ResourceUsage } from '../../../plugin/model/observation.ts'
import type { ProposedChange, ScopedProposal } from '../../../plugin/model/proposal.ts'
import { addSample, cpuScale, emptySketch, finishSketch, memoryScale } from '../../../plugin/model/sketch.ts'

const day0 = 20_500

function usage(scale: typeof cpuScale, mean: number): ResourceUsage {
  const all = emptySketch()
  const days = Array.from({ length: 14 }, (_, nth) => {
    const buffer = emptySketch()
    const level = mean * (0.8 + 0.2 * Math.sin(nth))
    for (let slot = 0; slot < 48; slot += 1) {
      const value = level * (0.7 + 0.3 * Math.sin(slot / 8))
      addSample(buffer, scale, value)
      addSample(all, scale, value)
    }
    return { day: day0 + nth, sketch: finishSketch(buffer), peak: level, samples: 48 }
  })
  return { sketch: finishSketch(all), peak: mean, samples: 14 * 48, daily: packDays(days) }
}

const changesOf = (nth: number): readonly ProposedChange[] => {
  const name = `service-${String(nth).padStart(3, '0')}`
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: `team-${nth % 7}`, name }
  const site = {
    kind: 'scalar',
    file: `apps/overlays/prod/${name}/size.yaml`,
    line: 12,
    column: 18,
    document: 0,
    path: [],
    range: [0, 1],
    text: 'x',
  } as const
  const shared = { workload, container: 'app', source: 'apps/overlays/prod', cluster: 'prod', site }
  const up = nth % 3 === 0
  return [
    {
      ...shared,
      field: 'requests.cpu',
      from: '500m',
      to: up ? '740m' : '260m',
      because: [{ rule: 'cpu.p95', text: `p95 of 14 days is ${up ? 640 : 212}m, and 15 % over it is kept` }],
    },
    {
      ...shared,
      field: 'requests.memory',
      from: '512Mi',
      to: up ? '640Mi' : '384Mi',
      because: [{ rule: 'memory.peak', text: 'the peak of 14 days and 15 % over it' }],
    },
    {
      ...shared,
      field: 'limits.memory',
      from: '1Gi',
      to: '768Mi',
      because: [{ rule: 'limit.ratio', text: 'limit and request keep their ratio' }],
    },
  ]
}

/** A proposal about so many workloads, three values each. */
export function partOf(workloads: number): ScopedProposal {
  const changes = Array.from({ length: workloads }, (_, nth) => changesOf(nth)).flat()
  const moved = changes.map(({ workload, container = '', field, source, to }) => ({
    workload,
    container,
    field,
    source,
    to,
  }))
  const nothing = { missing: [], unexpected: [], failed: [] }
  const proof = { verdict: 'proved' as const, sources: ['apps/overlays/prod'], moved, ...nothing }
  return { scope: 'prod shop/payments', proposal: { changes, edits: [], proof } }
}

/** Observations of the workloads of changes: fourteen days, with CPU up to `most` millicores. */
export const observationsFor = (
  changes: readonly Pick<ProposedChange, 'workload' | 'cluster' | 'container'>[],
  most = 225,
): readonly Observation[] =>
  changes.map(({ workload, cluster = '', container = '' }) => ({
    cluster,
    workload,
    window: { from: '2026-02-15T00:00:00Z', to: '2026-03-01T00:00:00Z' },
    days: 14,
    coverage: 0.98,
    containers: [
      {
        container,
        cpu: usage(cpuScale, most),
        memory: usage(memoryScale, 330 * 1024 ** 2),
        oomKills: 1,
      },
    ],
    replicas: { min: 2, max: 4, mean: 3 },
  }))
