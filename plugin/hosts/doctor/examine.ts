import type { ClusterSettings } from '../../../config/schema.ts'
import type { Coverage } from '../../model/coverage.ts'
import type { Observation } from '../../model/observation.ts'
import { missingRules, printRules } from '../../observe/kubernetes/access.ts'
import type { LiveCluster } from '../../observe/kubernetes/live.ts'
import type { Check, Diagnosis } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'
import { readLive } from '../../run/observe/kubernetes.ts'
import { chartsChecks } from './charts-checks.ts'
import { attempt } from './check.ts'
import { coverageChecks } from './coverage-checks.ts'
import { deliveryChecks } from './delivery-checks.ts'
import type { Examination } from './examination.ts'
import { liveChecks } from './live-checks.ts'
import { notifyChecks } from './notify-checks.ts'
import { operatorChecks } from './operator-checks.ts'
import { programChecks } from './program-checks.ts'
import { recordedChecks } from './recorded-checks.ts'
import { settingsChecks } from './settings-checks.ts'
import { signalChecks } from './signal-checks.ts'
import { type UsageChecks, usageChecks } from './usage-checks.ts'

/** Checks everything that a run needs. It changes nothing. */
export async function examine(host: Host, request: Examination): Promise<Diagnosis> {
  const quiet = { ...host, progress: () => undefined }
  const checks: Check[] = [
    ...(await programChecks(quiet, request)),
    ...settingsChecks(request),
    ...operatorChecks(request),
    ...(await deliveryChecks(quiet, request)),
    ...(await notifyChecks(quiet, request)),
    ...(await signalChecks(request)),
    ...(await chartsChecks(quiet, request)),
  ]
  const found = await usageOf(host, request)
  checks.push(...found.flatMap((one) => one.checks))
  const lives = found.flatMap(({ live }) => (live === undefined ? [] : [live]))
  const observations = found.flatMap((one) => one.observations)
  let coverage: readonly Coverage[] = []
  if (observations.length > 0) {
    host.progress({ kind: 'stage', stage: 'doctor', detail: 'coverage' })
    const declarations = lives.flatMap((one) => one.declarations)
    checks.push(
      ...(await attempt({ area: 'settings' }, async () => {
        const found = await coverageChecks(quiet, request, { observations, declarations })
        coverage = found.coverage
        return found.checks
      })),
    )
  }
  const rules = missingRules(lives.flatMap(({ unread }) => unread))
  return {
    checks,
    ...(rules.length === 0 ? {} : { rbac: printRules(rules) }),
    ...(coverage.length === 0 ? {} : { coverage }),
  }
}

/** Checks each cluster; with recorded usage, that alone. */
async function usageOf(host: Host, request: Examination): Promise<readonly ExaminedCluster[]> {
  const quiet = { ...host, progress: () => undefined }
  if (request.snapshot.length > 0) return [await recordedChecks(quiet, request)]
  const found: ExaminedCluster[] = []
  for (const cluster of request.clusters) {
    host.progress({ kind: 'stage', stage: 'doctor', detail: `cluster ${cluster.name}` })
    found.push(await clusterChecks(quiet, request, cluster))
  }
  return found
}

const isDenied = ({ settings: { denied = [] } }: Examination, name: string): boolean =>
  denied.some(({ cluster, reason }) => cluster === name && reason !== 'overridden')

interface ExaminedCluster extends UsageChecks {
  readonly live?: LiveCluster
}

async function clusterChecks(
  host: Host,
  request: Examination,
  cluster: ClusterSettings,
): Promise<ExaminedCluster> {
  let observations: readonly Observation[] = []
  let live: LiveCluster | undefined
  const { name } = cluster
  // What is denied is an error already, and nothing else can be said without it.
  if (isDenied(request, name)) return { checks: [], observations }
  const kubernetes = await attempt({ area: 'kubernetes', cluster: name }, async () => {
    live = await readLive(host, request.settings, cluster)
    return live === undefined ? [] : liveChecks(live)
  })
  const prometheus = await attempt({ area: 'prometheus', cluster: name }, async () => {
    const read = await usageChecks(host, request, { cluster, live })
    observations = read.observations
    return read.checks
  })
  const nothing: Check = {
    area: 'settings',
    cluster: name,
    level: 'error',
    code: 'nothing-to-read',
    message: 'The cluster has neither prometheus nor kubernetes',
    hint: `Add it to the operator settings: clusters: [{ name: ${name}, prometheus: { url: … } }]`,
  }
  const none = cluster.prometheus === undefined && cluster.kubernetes === undefined
  return {
    checks: none ? [nothing] : [...kubernetes, ...prometheus],
    observations,
    ...(live === undefined ? {} : { live }),
  }
}
