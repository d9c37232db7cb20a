import * as z from 'zod'
import type { Workload } from '../../model/workload.ts'
import { openApiServer } from '../../observe/kubernetes/api-server.ts'
import type { LiveWorkload } from '../../observe/kubernetes/live.ts'
import { readCluster } from '../../observe/kubernetes/read-cluster.ts'
import type { Host } from '../../run/host.ts'
import type { SurveyedSource } from './survey.ts'

/** What `tortoise init` reads from a cluster. */
export interface Live {
  readonly workloads: readonly LiveWorkload[]
  /** In-cluster URL of the Service that is most likely a Prometheus. */
  readonly prometheus?: string
}

/** Reads a cluster with list requests only. Rejects with `kubernetes.unreachable` or `kubernetes.refused`. */
export async function readLive(host: Host, context: string | undefined): Promise<Live> {
  const options = { timeoutMs: 10_000, ...(context === undefined ? {} : { context }) }
  const { workloads } = await readCluster({ cluster: 'it', ...options }, { progress: host.progress })
  const server = await openApiServer(options)
  const services: unknown[] = []
  await server.list('/api/v1/services', { detail: 'whole', each: (item) => services.push(item) })
  const prometheus = prometheusAmong(services)
  return { workloads, ...(prometheus === undefined ? {} : { prometheus }) }
}

const serviceSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().default('default'),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({ ports: z.array(z.object({ port: z.number(), name: z.string().optional() })).default([]) }),
})

/** The URL of the Service that is most likely a Prometheus: by its label, then by its name, a headless Service last. */
export function prometheusAmong(services: readonly unknown[]): string | undefined {
  const ranked = services
    .flatMap((item) => {
      const parsed = serviceSchema.safeParse(item)
      return parsed.success ? [parsed.data] : []
    })
    .map(({ metadata, spec }) => ({ metadata, spec, rank: rankOf(metadata) }))
    .filter(({ rank, spec }) => rank > 0 && spec.ports.length > 0)
    .toSorted((a, b) => b.rank - a.rank)
  const [best] = ranked
  if (best === undefined) return undefined
  const { ports } = best.spec
  const { port = 9090 } =
    ports.find(({ port, name = '' }) => port === 9090 || /^(http-)?web$/.test(name)) ?? ports[0] ?? {}
  return `http://${best.metadata.name}.${best.metadata.namespace}:${port}`
}

function rankOf({ name, labels }: z.infer<typeof serviceSchema>['metadata']): number {
  const app = labels['app.kubernetes.io/name'] ?? labels['app'] ?? ''
  if (/alertmanager|exporter|operator$|pushgateway|adapter|webhook/.test(`${name} ${app}`)) return 0
  if (app === 'prometheus' || /-prometheus$/.test(app)) return 3
  if (name === 'prometheus-operated') return 1
  return /(^|-)prometheus(-server|-k8s)?$/.test(name) ? 2 : 0
}

/** Where a source runs in a cluster. */
export interface LivePresence {
  /** The namespace in which most of the workloads run that name none. */
  readonly namespace?: string
  /** How many of its workloads run. */
  readonly running: number
}

/** Finds the workloads of a source in a cluster. */
export function presenceOf({ workloads }: SurveyedSource, live: Live): LivePresence {
  const runs = (workload: Workload, namespace: string): boolean =>
    live.workloads.some(
      ({ workload: one }) =>
        one.kind === workload.kind && one.name === workload.name && one.namespace === namespace,
    )
  const nameless = workloads.filter(({ namespace }) => namespace === '')
  const spaces = [...new Set(live.workloads.map(({ workload }) => workload.namespace))]
  const counted = spaces
    .map((namespace) => ({ namespace, count: nameless.filter((one) => runs(one, namespace)).length }))
    .toSorted((a, b) => b.count - a.count)
  const best = counted[0]?.count ? counted[0].namespace : undefined
  const running = workloads.filter((one) => runs(one, one.namespace || (best ?? ''))).length
  return { running, ...(best === undefined ? {} : { namespace: best }) }
}
