import type { JsonObject } from '../../plugin/model/json.ts'

/** Draws numbers below `below`, the same for the same seed. */
export type Draw = (below: number) => number

/** A linear congruential generator: https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  return (below) => {
    state = (state * 1664525 + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Spellings of amounts that an API server takes. */
const cpus = ['1m', '10m', '100m', '0.1', '0.25', '1', '1.5', '2', '2000m', '250000u', '3', '4', '7999m']
const memories = [
  '16Mi',
  '64Mi',
  '128M',
  '134217728',
  '123e6',
  '1e9',
  '1G',
  '1Gi',
  '1.5Gi',
  '65536Ki',
  '1073741824000m',
  '2Gi',
  '0.5Gi',
  '3e9',
  '9000M',
]

const pick = <T>(draw: Draw, from: readonly T[]): T => from[draw(from.length)] as T
const sizeOf: Readonly<Record<string, number>> = {
  m: 1e-3,
  u: 1e-6,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  M: 1e6,
  G: 1e9,
}

/** The amount of a spelling. */
function amount(text: string): number {
  const [, digits = '0', unit = ''] = /^([\d.]+(?:e\d+)?)([A-Za-z]*)$/.exec(text) ?? []
  return Number(digits) * (sizeOf[unit] ?? 1)
}

/** Requests and limits that an API server takes: any part may be missing, and no limit is below its request. */
function resources(draw: Draw): JsonObject {
  const shape = draw(6)
  const cpu = [pick(draw, cpus), pick(draw, cpus)].sort((one, other) => amount(one) - amount(other))
  const memory = [pick(draw, memories), pick(draw, memories)].sort(
    (one, other) => amount(one) - amount(other),
  )
  const [requests, limits] = [
    { cpu: cpu[0] ?? '1', memory: memory[0] ?? '1Gi' },
    { cpu: cpu[1] ?? '1', memory: memory[1] ?? '1Gi' },
  ]
  switch (shape) {
    case 0:
      return { requests }
    case 1:
      return { limits }
    case 2:
      return { requests, limits: requests }
    case 3:
      return { requests, limits: { memory: limits.memory } }
    case 4:
      return { requests: { cpu: requests.cpu }, limits: { memory: limits.memory } }
    default:
      return { requests, limits }
  }
}

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const
const environments = [
  [],
  [{ name: 'GOMAXPROCS', value: '2' }],
  [{ name: 'GOMEMLIMIT', value: '100MiB' }],
  [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xmx48m' }],
]

/** A workload of any kind with odd sizes, and sometimes an autoscaler. */
export function oddWorkload(draw: Draw, name: string): readonly JsonObject[] {
  const kind = pick(draw, kinds)
  const container = (own: string): JsonObject => ({
    name: own,
    image: 'registry.example/app:1',
    resources: resources(draw),
    env: pick(draw, environments),
  })
  const spec: JsonObject = {
    containers: ['app', 'proxy', 'log'].slice(0, 1 + draw(3)).map(container),
    ...(draw(4) === 0 ? { initContainers: [{ ...container('sidecar'), restartPolicy: 'Always' }] } : {}),
    ...(kind === 'CronJob' ? { restartPolicy: 'Never' } : {}),
  }
  const labels = { app: name }
  const template = { metadata: { labels }, spec }
  const own: JsonObject =
    kind === 'CronJob'
      ? { schedule: '17 4 * * *', jobTemplate: { spec: { template } } }
      : {
          selector: { matchLabels: labels },
          template,
          ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
        }
  const workload = {
    apiVersion: kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name },
    spec: own,
  }
  const isScaled = (kind === 'Deployment' || kind === 'StatefulSet') && draw(3) === 0
  return isScaled ? [workload, scaler(draw, kind, name)] : [workload]
}

const scaler = (draw: Draw, kind: string, name: string): JsonObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind, name },
    minReplicas: 1 + draw(6),
    maxReplicas: 7 + draw(40),
    metrics: [
      {
        type: 'Resource',
        resource: {
          name: draw(4) === 0 ? 'memory' : 'cpu',
          target: { type: 'Utilization', averageUtilization: 30 + draw(90) },
        },
      },
    ],
  },
})
