import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { groupBy } from '../../model/group.ts'
import { ExpectedStop, type Problem } from '../../model/problem.ts'
import { matchesRule } from '../../model/rule-match.ts'
import type { SignalSamples } from '../../model/signal.ts'
import { workloadKey } from '../../model/workload.ts'
import { type ReadSignals, type SignalTarget, signalKey } from '../../plan/read-signals.ts'
import type { RunPorts } from '../host.ts'
import { prometheusPorts } from './prometheus-access.ts'

type SignalSettings = Pick<Settings, 'health'> & { readonly clusters: readonly ClusterSettings[] }

/** Workloads whose signals one run reads in one cluster. */
const mostWorkloads = 500
const dayMs = 86_400_000

/**
 * Returns how the signals in settings are read from the Prometheus of each cluster; `undefined` where settings name none. Throws
 * `settings.invalid` for a query that cannot be used.
 */
export async function signalReader(
  ports: RunPorts,
  settings: SignalSettings,
  to: Date,
): Promise<ReadSignals | undefined> {
  const { health, clusters } = settings
  if (health.signals.length === 0) return undefined
  const { readSignals } = await import('../../observe/prometheus/read-signals.ts')
  const problems = await signalProblems(settings)
  if (problems.length > 0) throw new ExpectedStop(problems)
  // A week before the days of a change, and what is left of the first of them.
  const window = { from: new Date(to.getTime() - (2 * Math.max(7, health.days) + 1) * dayMs), to }
  return async (targets) => {
    const found = new Map<string, readonly SignalSamples[]>()
    for (const [name, own] of groupBy(targets, ({ cluster }) => cluster)) {
      const cluster = clusters.find((one) => one.name === name)
      if (cluster?.prometheus?.url === undefined) continue
      const workloads = measuredWorkloads(own, settings)
      warnOfMany(ports, name, workloads.length)
      const request = {
        ...serverOf(cluster.prometheus),
        cluster: name,
        window,
        workloads: workloads.slice(0, mostWorkloads),
      }
      const read = await readSignals(request, prometheusPorts(ports, name, cluster.prometheus))
      for (const one of own) {
        const samples = read.get(workloadKey(one.workload))
        if (samples !== undefined) found.set(signalKey(one), samples)
      }
    }
    return found
  }
}

/** What is wrong with the queries of the signals in settings. */
export async function signalProblems({ health }: Pick<Settings, 'health'>): Promise<readonly Problem[]> {
  if (health.signals.length === 0) return []
  const { signalProblem } = await import('../../observe/prometheus/signal-query.ts')
  return health.signals.flatMap(({ query }, index) => {
    const problem = signalProblem(query)
    const message = `the query of health.signals[${index}] ${problem}`
    return problem === undefined ? [] : [{ code: 'settings.invalid', message, hint: queryHint }]
  })
}

const queryHint =
  'Each selector needs ="$namespace" or ="$workload", as in sum(rate(errors_total{namespace="$namespace",app="$workload"}[5m])).'

function measuredWorkloads(targets: readonly SignalTarget[], { health }: SignalSettings) {
  return targets.flatMap(({ cluster, workload }) => {
    const signals = health.signals.filter(({ match }) => matchesRule(match, { cluster, workload }))
    return signals.length === 0 ? [] : [{ workload, signals }]
  })
}

function warnOfMany({ progress }: Pick<RunPorts, 'progress'>, cluster: string, count: number): void {
  if (count <= mostWorkloads) return
  const message = `the signals of ${count - mostWorkloads} workloads of ${cluster} are not read: a run reads those of ${mostWorkloads}`
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
