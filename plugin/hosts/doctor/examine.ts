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

/** What to look at. */
export interface Examination {
  readonly checkout: Checkout
  readonly settings: Settings
  readonly clusters: readonly ClusterSettings[]
  readonly to: Date
  /** Days of usage to look at. */
  readonly days: number
}

/** Looks at everything a run needs, one thing after another; changes nothing. */
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
  const look = async (loss: string, names: readonly string[]): Promise<Check> => {
    const shown = names.join(' or ')
    try {
      const { name, file } = await found.find(...names)
      return { area: 'programs', level: 'ok', code: 'program', message: `${name} is ${file}` }
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      const message = `${shown} was not found: ${loss}`
      const hint = `Install ${shown}, or name its path under programs: in tortoise.yaml.`
      return { area: 'programs', level: 'warning', code: 'program.missing', message, hint }
    }
  }
  const checks: Check[] = []
  for (const { plural: sources, programs: names } of createKinds({ programs: found }))
    if (names.length > 0) checks.push(await look(`${sources} cannot be rendered`, names))
  return checks
}

function settingsChecks({ settings, checkout, clusters }: Examination): readonly Check[] {
  const { sources } = settings
  const counted: Check = {
    area: 'settings',
    level: sources.length === 0 ? 'warning' : 'ok',
    code: 'sources',
    message: `${plural(sources.length, 'source')} and ${plural(clusters.length, 'cluster')} in settings`,
    ...(sources.length === 0
      ? { hint: 'Name what is rolled out under sources: `tortoise discover` lists what there is.' }
      : {}),
  }
  const git: Check[] =
    checkout.gitdir === undefined
      ? [
          {
            area: 'settings',
            level: 'warning',
            code: 'git',
            message: `${checkout.root} is no plain Git checkout, so nothing can be committed`,
            hint: 'Name a clone with --repo.',
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
            message: 'nothing says where usage is recorded',
            hint: 'Name a Prometheus under clusters in tortoise.yaml, or with --prometheus URL.',
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
    message: 'neither prometheus nor kubernetes is named',
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
            message: `${plural(count, 'workload')} ${count === 1 ? 'is' : 'are'} resized by ${what} behind Git's back`,
            hint: `Turn ${what} off for what is sized from Git, or leave those workloads out with rules:.`,
          },
        ]
  return [
    {
      ...here,
      level: 'ok',
      code: 'reachable',
      message: `${plural(workloads.length, 'workload')} listed${shown}; ${placed} bear marks of Argo CD or Flux`,
    },
    ...rival(moved.length, 'vertical-autoscaler', 'a VerticalPodAutoscaler'),
    ...rival(tortoises.length, 'tortoise', 'a Tortoise'),
    ...unread.map(({ plural: kinds, namespace, reason, loss, expected, group }): Check => {
      const place = namespace === undefined ? '' : ` in ${namespace}`
      const forbidden = reason === 'forbidden'
      return {
        ...here,
        level: expected ? 'note' : 'warning',
        code: forbidden ? 'forbidden' : 'absent',
        message: forbidden
          ? `may not list ${kinds}${place}: ${loss}`
          : `${kinds} of ${group || 'the core'} are not served${expected ? ' (their operator is not installed)' : `: ${loss}`}`,
        ...(forbidden ? { hint: 'Grant get and list: --fix-hints prints the rules.' } : {}),
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
  // A look at a few days cannot tell whether a workload is old enough.
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
    const message = `it answers, but holds no usage of any container in the last ${plural(days, 'day')}`
    const hint = 'Check labels: of the cluster, and that the kubelets of this cluster are scraped here.'
    const query = 'count by (cluster, job) (container_cpu_usage_seconds_total)'
    return [{ ...here, level: 'error', code: 'usage', message, hint, query }]
  }
  const count = `${plural(observations.length, 'workload')} seen in the last ${plural(days, 'day')}`
  return [
    { ...here, level: 'ok', code: 'dialect', message: printDialect(dialect) },
    { ...here, level: 'ok', code: 'usage', message: `${count}, for ${printCost(cost)}` },
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
      message: `${running} workloads run and only ${seen} have usage in Prometheus`,
      hint: 'Check that every node is scraped, and labels: of the cluster.',
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
