import { bursty, diurnal, flat, growing, sawtooth, settled, together } from './shapes.ts'
import { type FleetWorkload, metricsSidecar } from './workload.ts'

const officeHours = diurnal({ trough: 0.1, peakHour: 13, weekend: 0.2 })

const catalog: FleetWorkload = {
  cluster: 'staging',
  kind: 'Deployment',
  name: 'catalog',
  replicas: { kind: 'autoscaled', min: 1, max: 4, target: 70, container: 'catalog' },
  containers: [
    {
      name: 'catalog',
      image: 'shop/catalog:3.9.0',
      requests: { cpu: 500, memory: 1024 },
      limits: { memory: 1536 },
      cpu: { level: 85, shape: officeHours, startup: 900 },
      memory: { level: 430, shape: sawtooth({ floor: 0.8, period: 21600 }) },
    },
  ],
}

const checkout: FleetWorkload = {
  cluster: 'staging',
  kind: 'Deployment',
  name: 'checkout',
  replicas: { kind: 'fixed', count: 2 },
  containers: [
    {
      name: 'checkout',
      image: 'shop/checkout:5.2.0-rc.1',
      requests: { cpu: 200, memory: 256 },
      limits: { cpu: 500, memory: 512 },
      cpu: { level: 45, shape: together(officeHours, bursty({ every: 1800, chance: 0.05, factor: 2 })) },
      memory: { level: 96, shape: sawtooth({ floor: 0.8, period: 3600 }) },
    },
  ],
}

const cart: FleetWorkload = {
  cluster: 'staging',
  kind: 'Deployment',
  name: 'cart',
  replicas: { kind: 'fixed', count: 2 },
  containers: [
    {
      name: 'cart',
      image: 'shop/cart:2.0.7',
      requests: { cpu: 100, memory: 128 },
      limits: { memory: 192 },
      cpu: { level: 92, shape: together(officeHours, bursty({ every: 900, chance: 0.05, factor: 1.4 })) },
      memory: { level: 112, shape: growing(4) },
    },
    {
      name: 'envoy',
      image: 'envoyproxy/envoy:v1.31.2',
      requests: { cpu: 250, memory: 256 },
      limits: { cpu: 500, memory: 256 },
      cpu: { level: 6, shape: flat(0.3) },
      memory: { level: 34, shape: settled(0.03) },
    },
  ],
}

const mailer: FleetWorkload = {
  cluster: 'staging',
  kind: 'StatefulSet',
  name: 'mailer',
  replicas: { kind: 'fixed', count: 1 },
  crashingForHours: 3,
  containers: [
    {
      name: 'mailer',
      image: 'shop/mailer:1.12.0',
      requests: { cpu: 1000, memory: 512 },
      limits: { memory: 512 },
      cpu: { level: 9, shape: flat(0.3) },
      memory: { level: 88, shape: settled(0.05) },
    },
  ],
}

const storefront: FleetWorkload = {
  cluster: 'staging',
  kind: 'Deployment',
  name: 'storefront',
  replicas: { kind: 'fixed', count: 1 },
  containers: [
    {
      name: 'web',
      image: 'shop/storefront:2026.37.0',
      requests: { cpu: 250, memory: 384 },
      limits: { memory: 512 },
      cpu: { level: 80, shape: officeHours, startup: 700 },
      memory: { level: 265, shape: growing(7) },
    },
    metricsSidecar,
  ],
}

const search: FleetWorkload = {
  cluster: 'staging',
  kind: 'Deployment',
  name: 'search',
  replicas: { kind: 'fixed', count: 1 },
  bornDaysAgo: 4,
  containers: [
    {
      name: 'web',
      image: 'shop/search:11.5.0-beta.2',
      requests: {},
      limits: {},
      cpu: { level: 120, shape: officeHours, startup: 600 },
      memory: { level: 610, shape: settled(0.02) },
    },
    metricsSidecar,
  ],
}

/** What runs in the `staging` cluster: mostly sized by the base, used in office hours. */
export const stagingWorkloads: readonly FleetWorkload[] = [
  catalog,
  checkout,
  cart,
  mailer,
  storefront,
  search,
]
