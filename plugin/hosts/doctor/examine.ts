import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import { createKinds } from '../../../renderers/renderers.ts'
import { createPrograms } from '../../io/programs.ts'
import { plural } from '../../model/plural.ts'
import { ExpectedStop } from '../../model/problem.ts'
import { missingRules, printRules } from '../../observe/kubernetes/access.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import type { Finding } from '../../observe/prometheus/data-quality.ts'
import { printDialect } from '../../observe/prometheus/dialect.ts'
import { printCost } from '../../observe/prometheus/query-cost.ts'
import type { Check, Diagnosis } from '../../report/json/doctor.ts'
import type { Checkout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { readLive } from '../../run/observe/kubernetes.ts'
import { observeUsage } from '../../run/observe/prometheus.ts'
import { attempt } from './check.ts'

/** What to check. */
export interface Examination {
  readonly checkout: Checkout
  readonly settings: Settings
  readonly clusters: readonly ClusterSettings[]
  readonly to: Date
  /** Days of usage to read. */
  readonly days: number
}

/** Checks everything that a run needs. It changes nothing. */
export async function examine(host: Host, request: Examination): Promise<Diagnosis> {
  const quiet = { ...host, progress: () => undefined }
  const checks: Check[] = [...(await programs(host, request)), ...settingsChecks(request)]
  const lives: LiveCluster[] = []
  for (const cluster of request.clusters) {
    host.progress({ kind: 'stage', stage: 'doctor', detail: `cluster ${cluster.name}` })
    const found = await clusterChecks(quiet, request, cluster)
    checks.push(...found.checks)
    if (found.live !== undefined) lives.push(found.live)
  }
  const rules = missingRules(lives.flatMap(({ unread }) => unread))
  return { checks, ...(rules.length === 0 ? {} : { rbac: printRules(rules) }) }
}

async function programs(host: Host, { settings, checkout }: Examination): Promise<readonly Check[]> {
  const found = createPrograms(settings.programs, host.env['PATH'] ?? '', checkout.root)
  const check = async (loss: string, names: readonly string[]): Promise<Check> => {
    const shown = names.join(' or ')
    try {
      const { name, file } = await found.find(...names)
      return { area: 'programs', level: 'ok', code: 'program', message: `${name} is ${file}` }
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      const message = `${shown} was not found. ${loss}`
      const hint = `Install ${shown}, or set its path in programs: in tortoise.yaml.`
      return { area: 'programs', level: 'warning', code: 'program.missing', message, hint }
    }
  }
  const checks: Check[] = []
  for (const { plural: sources, programs: names } of createKinds({ programs: found }))
    if (names.length > 0) checks.push(await check(`${capital(sources)} cannot be rendered.`, names))
  return checks
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

function settingsChecks({ settings, checkout, clusters }: Examination): readonly Check[] {
  const { sources } = settings
  const counted: Check = {
    area: 'settings',
    level: sources.length === 0 ? 'warning' : 'ok',
    code: 'sources',
    message: `${plural(sources.length, 'source')} and ${plural(clusters.length, 'cluster')} in the settings`,
    ...(sources.length === 0
      ? {
          hint: 'Add what is deployed to sources: in tortoise.yaml. `tortoise discover` lists the candidates.',
        }
      : {}),
  }
  const git: Check[] =
    checkout.gitdir === undefined
      ? [
          {
            area: 'settings',
            level: 'warning',
            code: 'git',
            message: `${checkout.root} is not a Git checkout, so nothing can be committed`,
            hint: 'Pass a clone with --repo DIR.',
          },
        ]
      : []
  const blind: Check[] =
    clusters.length > 0
      ? []
      : [
          {
            area: 'settings',
            level: 'error',
            code: 'nothing-to-read',
            message: 'The settings name no source of usage',
            hint: 'Add a Prometheus to clusters: in tortoise.yaml, or pass --prometheus URL.',
          },
        ]
  return [counted, ...git, ...blind]
}

async function clusterChecks(
  host: Host,
  request: Examination,
  cluster: ClusterSettings,
): Promise<{ readonly checks: readonly Check[]; readonly live?: LiveCluster }> {
  let live: LiveCluster | undefined
  const { name } = cluster
  const kubernetes = await attempt({ area: 'kubernetes', cluster: name }, async () => {
    live = await readLive(host, request.settings, cluster)
    return live === undefined ? [] : liveChecks(live)
  })
  const prometheus = await attempt({ area: 'prometheus', cluster: name }, () =>
    usageChecks(host, request, { cluster, live }),
  )
  const nothing: Check = {
    area: 'settings',
    cluster: name,
    level: 'error',
    code: 'nothing-to-read',
    message: 'The cluster has neither prometheus nor kubernetes',
    hint: `Add prometheus: {url: …} to the cluster ${name} in tortoise.yaml.`,
  }
  const none = cluster.prometheus === undefined && cluster.kubernetes === undefined
  return {
    checks: none ? [nothing] : [...kubernetes, ...prometheus],
    ...(live === undefined ? {} : { live }),
  }
}

function liveChecks({ cluster, version, workloads, unread }: LiveCluster): readonly Check[] {
  const here = { area: 'kubernetes', cluster } as const
  const placed = workloads.filter(({ source }) => source !== undefined).length
  const shown = version === undefined ? '' : ` (${version})`
  const moved = workloads.filter(({ vertical }) => vertical !== undefined && vertical.mode !== 'Off')
  const tortoises = workloads.filter(({ tortoise }) => tortoise !== undefined)
  const rival = (count: number, code: string, what: string): Check[] =>
    count === 0
      ? []
      : [
          {
            ...here,
            level: 'warning',
            code,
            message: `${what} resizes ${plural(count, 'workload')} outside Git`,
            hint: `Turn it off for these workloads, or exclude them with rules: in tortoise.yaml.`,
          },
        ]
  return [
    {
      ...here,
      level: 'ok',
      code: 'reachable',
      message: `${plural(workloads.length, 'workload')} listed${shown}; ${placed} deployed by Argo CD or Flux`,
    },
    ...rival(moved.length, 'vertical-autoscaler', 'A VerticalPodAutoscaler'),
    ...rival(tortoises.length, 'tortoise', 'A Tortoise'),
    ...unread.map(({ plural: kinds, namespace, reason, loss, expected, group }): Check => {
      const place = namespace === undefined ? '' : ` in ${namespace}`
      const forbidden = reason === 'forbidden'
      return {
        ...here,
        level: expected ? 'note' : 'warning',
        code: forbidden ? 'forbidden' : 'absent',
        message: forbidden
          ? `No permission to list ${kinds}${place}: ${loss}`
          : `${kinds} of ${group || 'the core'} are not served${expected ? ' (their operator is not installed)' : `: ${loss}`}`,
        ...(forbidden ? { hint: 'Grant get and list. `tortoise doctor --fix-hints` prints the rules.' } : {}),
      }
    }),
  ]
}

async function usageChecks(
  host: Host,
  { settings, to, days }: Examination,
  { cluster, live }: { readonly cluster: ClusterSettings; readonly live: LiveCluster | undefined },
): Promise<readonly Check[]> {
  const window = { from: new Date(to.getTime() - days * 86_400_000), to }
  // A check of a few days cannot say whether a workload is old enough.
  const { minimumCoverage, minimumDays } = settings.recommend
  const enough = {
    minimumDays: days >= minimumDays ? minimumDays : 0,
    minimumCoverage: minimumCoverage / 100,
  }
  const seen = await observeUsage(host, { settings, cluster, flags: {} }, { window, live, enough })
  if (seen === undefined) return []
  const here = { area: 'prometheus', cluster: cluster.name } as const
  const { observations, dialect, cost, findings } = seen
  if (observations.length === 0) {
    const message = `It answers, but has no usage of any container in the last ${plural(days, 'day')}`
    const hint =
      'Check labels: of the cluster in tortoise.yaml, and that this Prometheus scrapes its kubelets.'
    const query = 'count by (cluster, job) (container_cpu_usage_seconds_total)'
    return [{ ...here, level: 'error', code: 'usage', message, hint, query }]
  }
  const count = `${plural(observations.length, 'workload')} with usage in the last ${plural(days, 'day')}`
  return [
    { ...here, level: 'ok', code: 'dialect', message: printDialect(dialect) },
    { ...here, level: 'ok', code: 'usage', message: `${count} (${printCost(cost)})` },
    ...unmatched(observations.length, live, cluster.name),
    ...findings.map(checkOf),
  ]
}

function unmatched(seen: number, live: LiveCluster | undefined, cluster: string): readonly Check[] {
  const running = live?.workloads.filter(({ ready = 0 }) => ready > 0).length ?? 0
  if (seen === 0 || running <= seen * 1.2) return []
  return [
    {
      area: 'data',
      cluster,
      level: 'warning',
      code: 'workloads-unseen',
      message: `${running} workloads run, but only ${seen} have usage in Prometheus`,
      hint: 'Check that Prometheus scrapes every node, and labels: of the cluster in tortoise.yaml.',
    },
  ]
}

const checkOf = ({ code, level, cluster, message, query, hint }: Finding): Check => ({
  area: 'data',
  cluster,
  level,
  code,
  message,
  ...(query === undefined ? {} : { query }),
  ...(hint === undefined ? {} : { hint }),
})
