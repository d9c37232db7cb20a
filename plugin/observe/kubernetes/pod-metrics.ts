import * as z from 'zod'
import { toBytes, toMillicores } from '../../model/quantity.ts'
import type { Owners } from '../owners.ts'
import { openApiServer } from './api-server.ts'
import { otherKinds } from './kinds.ts'
import { type ClusterPorts, lister } from './lister.ts'
import { controllersOf, ownedSchema } from './live-pods.ts'
import type { ClusterOptions } from './read-cluster.ts'

/** Usage of one container of one pod at one time, in millicores and bytes. */
export interface PodSample {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly cpu?: number
  readonly memory?: number
}

/** Current usage from metrics-server, and the owners of the pods. */
export interface PodReading {
  readonly samples: readonly PodSample[]
  readonly owners: Owners
}

const quantity = z.union([z.string(), z.number()])
const podMetricsSchema = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string().default('default') }),
  containers: z
    .array(z.object({ name: z.string(), usage: z.object({ cpu: quantity, memory: quantity }).partial() }))
    .default([]),
})

/**
 * Reads the current usage of containers from `metrics.k8s.io`, which metrics-server and adapters serve. There is no history.
 * When the API is absent or forbidden, there are no samples and a warning. Rejects with `kubernetes.unreachable` or `kubernetes.refused`.
 */
export async function readPodMetrics(options: ClusterOptions, ports: ClusterPorts): Promise<PodReading> {
  const { cluster, namespaces = [] } = options
  const server = await openApiServer(options, ports.pause)
  const { list } = lister(server, { cluster, namespaces, progress: ports.progress })
  const metrics = await list(otherKinds.podMetrics, podMetricsSchema)
  const pods = await list({ ...otherKinds.pods, detail: 'metadata' }, ownedSchema)
  const replicaSets = await list(otherKinds.replicaSets, ownedSchema)
  const jobs = await list(otherKinds.jobs, ownedSchema)
  return {
    samples: metrics.flatMap(({ metadata, containers }) =>
      containers.map(({ name, usage }) => ({
        namespace: metadata.namespace,
        pod: metadata.name,
        container: name,
        ...amounts(usage),
      })),
    ),
    owners: {
      pods: controllersOf(pods),
      replicaSets: controllersOf(replicaSets),
      jobs: controllersOf(jobs),
    },
  }
}

type Usage = z.infer<typeof podMetricsSchema>['containers'][number]['usage']

function amounts({ cpu, memory }: Usage) {
  const [cores, bytes] = [
    cpu === undefined ? undefined : toMillicores(cpu),
    memory === undefined ? undefined : toBytes(memory),
  ]
  return { ...(cores === undefined ? {} : { cpu: cores }), ...(bytes === undefined ? {} : { memory: bytes }) }
}
