import { api, type Nodes, orders, type Service, sized, storefront, web } from './services.ts'

/** Four nodes with room for the fleet before its first change. */
export const fleetNodes: Nodes = {
  names: ['node-1', 'node-2', 'node-3', 'node-4'],
  cpu: 16,
  memory: 64,
}

const shop = { kind: 'Deployment', directory: 'apps/shop' } as const
const runtime = { kind: 'Deployment', directory: 'apps/runtime' } as const
const overlay = { kind: 'Deployment', directory: 'apps/overlays/prod', base: 'apps/base' } as const
const release = { kind: 'Deployment', directory: 'apps/releases', isRelease: true } as const
const daemon = { kind: 'DaemonSet', directory: 'apps/system', replicas: fleetNodes.names.length } as const

/** Workloads of all shapes: of every kind, by every kind of source, with every kind of load. */
export const fleet: readonly Service[] = [
  web,
  api,
  {
    ...shop,
    name: 'cart',
    replicas: 5,
    strategy: { maxUnavailable: 2, maxSurge: 0 },
    demand: 1500,
    memory: 300,
    ...sized('800m', '1Gi'),
  },
  {
    ...shop,
    name: 'search',
    replicas: 6,
    strategy: { maxUnavailable: 0, maxSurge: 1 },
    demand: 1800,
    memory: 700,
    requests: { cpu: '1', memory: '2Gi' },
    limits: { cpu: '2', memory: '2Gi' },
  },
  {
    ...shop,
    name: 'gateway',
    replicas: 4,
    strategy: { maxUnavailable: '50%', maxSurge: '50%' },
    demand: 1200,
    memory: 120,
    requests: { cpu: '1500m', memory: '512Mi' },
    limits: {},
  },
  orders,
  {
    kind: 'StatefulSet',
    name: 'cache',
    directory: 'apps/shop',
    curve: 'flat',
    replicas: 2,
    demand: 100,
    memory: 3000,
    ...sized('250m', '6Gi'),
  },
  {
    ...daemon,
    name: 'agent',
    demand: 120,
    memory: 60,
    ...sized('200m', '256Mi'),
  },
  {
    ...daemon,
    name: 'logs',
    strategy: { maxUnavailable: 2 },
    demand: 400,
    memory: 200,
    ...sized('300m', '512Mi'),
  },
  storefront,
  {
    ...release,
    name: 'wishlist',
    replicas: 3,
    demand: 450,
    memory: 260,
    ...sized('400m', '1Gi'),
  },
  {
    ...overlay,
    name: 'checkout',
    isPatched: true,
    replicas: 3,
    demand: 600,
    memory: 250,
    ...sized('600m', '768Mi'),
  },
  {
    ...overlay,
    name: 'payments',
    replicas: 2,
    minAvailable: 1,
    demand: 300,
    memory: 350,
    ...sized('500m', '1Gi'),
  },
  {
    kind: 'CronJob',
    name: 'report',
    directory: 'apps/jobs',
    replicas: 1,
    demand: 700,
    memory: 500,
    ...sized('2', '2Gi'),
  },
  {
    ...runtime,
    name: 'mesh',
    replicas: 3,
    demand: 600,
    memory: 200,
    ...sized('500m', '512Mi'),
    sidecar: {
      name: 'proxy',
      demand: 90,
      memory: 50,
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { memory: '256Mi' },
    },
    init: {
      name: 'migrate',
      demand: 0,
      memory: 0,
      ...sized('200m', '256Mi'),
    },
  },
  {
    ...runtime,
    name: 'gopher',
    replicas: 3,
    demand: 1500,
    memory: 500,
    requests: { cpu: '2', memory: '2Gi' },
    limits: { cpu: '4', memory: '2Gi' },
    env: { GOMAXPROCS: '4', GOMEMLIMIT: '1843MiB' },
  },
  {
    ...runtime,
    name: 'jvm',
    curve: 'heap',
    replicas: 2,
    demand: 800,
    memory: 1500,
    ...sized('1', '4Gi'),
  },
  {
    kind: 'Deployment',
    name: 'front',
    directory: 'apps/scaled',
    replicas: 2,
    hpa: { most: 12, target: 50 },
    demand: 2400,
    memory: 250,
    ...sized('800m', '512Mi'),
  },
  {
    kind: 'Deployment',
    name: 'ledger',
    namespace: 'bounded',
    directory: 'apps/bounded',
    replicas: 3,
    minAvailable: 2,
    demand: 150,
    memory: 100,
    ...sized('500m', '768Mi'),
  },
  {
    ...runtime,
    name: 'idle',
    curve: 'idle',
    replicas: 1,
    demand: 4,
    memory: 40,
    ...sized('250m', '192Mi'),
  },
  {
    ...runtime,
    name: 'bursty',
    curve: 'bursty',
    replicas: 2,
    demand: 1600,
    memory: 200,
    ...sized('1', '512Mi'),
  },
  {
    ...runtime,
    name: 'young',
    historyDays: 2,
    replicas: 2,
    demand: 200,
    memory: 150,
    ...sized('400m', '512Mi'),
  },
]

/** Files beside the manifests: the bounds of a namespace. */
export const fleetFiles: Readonly<Record<string, string>> = {
  'apps/bounded/bounds.yaml': `apiVersion: v1
kind: LimitRange
metadata: { name: bounds, namespace: bounded }
spec:
  limits:
    - type: Container
      min: { cpu: 150m, memory: 200Mi }
`,
}
