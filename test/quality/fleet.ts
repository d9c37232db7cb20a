import type { DeclaredWorkload } from '../../plugin/model/declared.ts'
import type { Observation } from '../../plugin/model/observation.ts'
import { usageRecorder } from '../../plugin/model/recorder.ts'
import { packCounts } from '../../plugin/model/series.ts'
import { cpuScale } from '../../plugin/model/sketch.ts'
import { backtest } from '../../plugin/recommend/backtest.ts'
import { simulateHpa } from '../../plugin/recommend/hpa/simulate.ts'
import type { ProfileName } from '../../plugin/recommend/profiles/profiles.ts'
import type { RecommendOptions } from '../../plugin/recommend/recommend-options.ts'
import { days, request, type Service, slots, step } from './services.ts'

const first = Date.UTC(2026, 8, 7) / 1000 + step

interface Recorded {
  readonly service: Service
  readonly declared: DeclaredWorkload
  readonly observation: Observation
}

/** The recording of a service behind an HPA with a constant target. */
function record(service: Service, utilization: number): Recorded {
  const { values } = service
  const maxReplicas = service.pods * 3
  const scaler = { minReplicas: 2, maxReplicas, utilization, request }
  const { replicas } = simulateHpa({ values, step }, scaler, { replicas: service.pods, syncSeconds: 60 })
  const recorder = usageRecorder(cpuScale, { first, step, count: slots })
  for (const [slot, load] of values.entries()) {
    const pods = replicas[slot] ?? 1
    for (let pod = 0; pod < pods; pod += 1) recorder.add(slot, load / pods)
  }
  const cpu = recorder.finish()
  if (cpu === undefined) throw new Error('nothing was recorded')
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'fleet', name: service.name }
  const sum = replicas.reduce((total, pods) => total + pods, 0)
  return {
    service,
    declared: {
      workload,
      containers: [{ name: 'app', role: 'main', values: { 'requests.cpu': `${request}m` } }],
      autoscaler: { minReplicas: 2, maxReplicas, targets: [{ resource: 'cpu', utilization }] },
    },
    observation: {
      cluster: 'fleet',
      workload,
      window: { from: '2026-09-07T00:00:00Z', to: '2026-10-05T00:00:00Z' },
      days,
      coverage: 1,
      containers: [{ container: 'app', cpu, oomKills: 0 }],
      replicas: {
        min: Math.min(...replicas),
        max: Math.max(...replicas),
        mean: sum / slots,
        series: packCounts({ first, step }, replicas),
      },
    },
  }
}

/** A rule on the whole fleet with one initial target; the last two of four weeks are scored. */
export interface FleetRow {
  readonly target: number
  readonly rule: 'unchanged' | ProfileName
  /** Requested core-hours, and pod-hours. */
  readonly coreHours: number
  readonly podHours: number
  /** Minutes in which the pods of a workload have more load than they request, added up over all workloads. */
  readonly overloadMinutes: number
  readonly overloadByShape: Readonly<Record<string, number>>
  readonly coreHoursByShape: Readonly<Record<string, number>>
  readonly changes: number
}

/** Replays the fleet with each initial target under each rule, with daily decisions. */
export function fleetRows(options: RecommendOptions, services: readonly Service[]): readonly FleetRow[] {
  return [50, 60, 70, 80].flatMap((target) => {
    const recorded = services.map((service) => record(service, target))
    return ((process.env['ONLY']?.split(',') ?? ['unchanged', 'steady', 'tortoise']) as 'steady'[]).map(
      (rule) => row(recorded, { target, rule, options }),
    )
  })
}

interface FleetRun {
  readonly target: number
  readonly rule: FleetRow['rule']
  readonly options: RecommendOptions
}

function row(recorded: readonly Recorded[], { target, rule, options }: FleetRun): FleetRow {
  const settings =
    rule === 'unchanged'
      ? undefined
      : { profile: rule, options, rules: [], guarded: true, lastChange: () => undefined }
  const schedule = { historyDays: 14, trainDays: 14, everyDays: 1 }
  const results = recorded.flatMap((one) => {
    const result = backtest(one, settings, schedule)
    return result === undefined ? [] : [{ shape: one.service.shape, result }]
  })
  const shapes = [...new Set(results.map(({ shape }) => shape))]
  const total = (part: 'cpuRequested' | 'podSeconds' | 'overloadSeconds', shape?: string): number =>
    results
      .filter((one) => shape === undefined || one.shape === shape)
      .reduce((sum, { result }) => sum + result.scores[part], 0)
  const byShape = (part: 'cpuRequested' | 'overloadSeconds', unit: number) =>
    Object.fromEntries(shapes.map((shape) => [shape, Math.round(total(part, shape) / unit)]))
  return {
    target,
    rule,
    coreHours: Math.round(total('cpuRequested') / 3600),
    podHours: Math.round(total('podSeconds') / 3600),
    overloadMinutes: Math.round(total('overloadSeconds') / 60),
    overloadByShape: byShape('overloadSeconds', 60),
    coreHoursByShape: byShape('cpuRequested', 3600),
    changes: results.reduce((sum, { result }) => sum + result.changes, 0),
  }
}

/** The rows of the fleet as a Markdown table. */
export function fleetTable(rows: readonly FleetRow[]): string {
  const shaped = (by: Readonly<Record<string, number>>): string => Object.values(by).join(' / ')
  const names = Object.keys(rows[0]?.coreHoursByShape ?? {}).join(' / ')
  const head = ['HPA target', 'rule', 'core-hours', names, 'pod-hours', 'overload minutes', names, 'changes']
  const lines = rows.map((one) => [
    `${one.target} %`,
    one.rule,
    one.coreHours,
    shaped(one.coreHoursByShape),
    one.podHours,
    one.overloadMinutes,
    shaped(one.overloadByShape),
    one.changes,
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
