import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { groupBy } from '../../model/group.ts'
import { ExpectedStop, type Problem } from '../../model/problem.ts'
import { matchesRule } from '../../model/rule-match.ts'
import { workloadKey } from '../../model/workload.ts'
import type { HttpPorts } from '../../observe/prometheus/connection.ts'
import {
  longestWait,
  type Measure,
  type Measured,
  type MeasureTarget,
  targetKey,
} from '../../plan/measure.ts'
import type { RunPorts } from '../host.ts'
import { prometheusPorts } from './prometheus-access.ts'

type MeasureSettings = Pick<Settings, 'health'> & { readonly clusters: readonly ClusterSettings[] }

/** Workloads that one run measures in one cluster. */
const mostWorkloads = 500
const dayMs = 86_400_000

/**
 * Returns how workloads are measured once more in the Prometheus of each cluster: the signals in settings, and what became of the
 * pods of those that changed lately.
 */
export function measureIn(ports: RunPorts, settings: MeasureSettings, to: Date): Measure {
  return async ({ changed, all }) => {
    const found = new Map<string, Measured>()
    const changedIn = groupBy(changed, ({ cluster }) => cluster)
    for (const [name, own] of groupBy(all, ({ cluster }) => cluster)) {
      const cluster = settings.clusters.find((one) => one.name === name)
      if (cluster?.prometheus?.url === undefined) continue
      const server = { ...serverOf(cluster.prometheus), cluster: name, to }
      const http = prometheusPorts(ports, name, cluster.prometheus)
      const pods = await podsOf(changedIn.get(name) ?? [], server, http)
      const signals = await signalsOf(own, settings, { server, http })
      for (const one of own) {
        const key = workloadKey(one.workload)
        const [facts, samples] = [pods.get(key), signals.get(key)]
        if (facts === undefined && samples === undefined) continue
        found.set(targetKey(one), {
          ...(facts && { podStarts: facts.starts, podEvents: facts.events }),
          ...(samples && { signals: samples }),
        })
      }
    }
    return found
  }
}

type Server = ReturnType<typeof serverOf> & { readonly cluster: string; readonly to: Date }

/** Days of changes, with those that rollouts may take, and the week before. */
const days = 30

async function podsOf(changed: readonly MeasureTarget[], { to, ...server }: Server, http: HttpPorts) {
  if (changed.length === 0) return new Map<string, never>()
  const { readPods } = await import('../../observe/prometheus/read-pods.ts')
  warnOfMany(http, `the pods of earlier changes`, { cluster: server.cluster, count: changed.length })
  const workloads = changed.slice(0, mostWorkloads).map(({ workload }) => workload)
  return readPods({ ...server, workloads, to, days }, http)
}

async function signalsOf(
  targets: readonly MeasureTarget[],
  { health }: MeasureSettings,
  { server: { to, ...server }, http }: { readonly server: Server; readonly http: HttpPorts },
) {
  if (health.signals.length === 0) return new Map<string, never>()
  const { readSignals } = await import('../../observe/prometheus/read-signals.ts')
  // A week before the days of a change whose rollout took long.
  const before = longestWait + 2 * Math.max(7, health.days) + 1
  const workloads = measuredWorkloads(targets, health)
  warnOfMany(http, 'the signals', { cluster: server.cluster, count: workloads.length })
  const window = { from: new Date(to.getTime() - before * dayMs), to }
  return readSignals({ ...server, window, workloads: workloads.slice(0, mostWorkloads) }, http)
}

/** Throws `settings.invalid` for a query of a signal that cannot be used. */
export async function requireSignals(settings: Pick<Settings, 'health'>): Promise<void> {
  const problems = await signalProblems(settings)
  if (problems.length > 0) throw new ExpectedStop(problems)
}

/** What is wrong with the queries of the signals in settings. */
export async function signalProblems({ health }: Pick<Settings, 'health'>): Promise<readonly Problem[]> {
  if (health.signals.length === 0) return []
  const { signalProblem } = await import('../../observe/prometheus/signal-query.ts')
  return health.signals.flatMap(({ name, query }) => {
    const problem = signalProblem(query)
    const message = `the query of the signal ${name} ${problem}`
    const hint = problem?.startsWith('reads') ? queryHint : 'Correct it in health.signals.'
    return problem === undefined ? [] : [{ code: 'settings.invalid', message, hint }]
  })
}

const queryHint =
  'Each selector needs namespace="$namespace", as in sum(rate(errors_total{namespace="$namespace",app="$workload"}[5m])).'

function measuredWorkloads(targets: readonly MeasureTarget[], health: Settings['health']) {
  return targets.flatMap(({ cluster, workload }) => {
    const signals = health.signals.filter(({ match }) => matchesRule(match, { cluster, workload }))
    return signals.length === 0 ? [] : [{ workload, signals }]
  })
}

function warnOfMany(
  { progress }: Pick<RunPorts, 'progress'>,
  what: string,
  { cluster, count }: { readonly cluster: string; readonly count: number },
): void {
  if (count <= mostWorkloads) return
  const message = `${what} of ${count - mostWorkloads} workloads of ${cluster} are not read: a run reads those of ${mostWorkloads}`
  progress({ kind: 'warning', message })
}

const serverOf = ({
  url = '',
  headers,
  parameters,
  concurrency,
  maxQueries,
  timeoutSeconds,
  labels,
}: NonNullable<ClusterSettings['prometheus']>) => ({
  ...{ url, headers, parameters, concurrency, labels },
  timeoutMs: timeoutSeconds * 1000,
  ...(maxQueries === undefined ? {} : { maxQueries }),
})
