import { bursty, diurnal, flat, growing, sawtooth, settled, together, weekly } from './shapes.ts'
import { type FleetWorkload, metricsSidecar } from './workload.ts'

const shopping = diurnal({ trough: 0.22, peakHour: 18, weekend: 1.15 })

const catalog: FleetWorkload = {
  cluster: 'prod',
  kind: 'Deployment',
  name: 'catalog',
  replicas: { kind: 'autoscaled', min: 3, max: 12, target: 50, container: 'catalog' },
  containers: [
    {
      name: 'catalog',
      image: 'shop/catalog:3.8.0',
      requests: { cpu: 500, memory: 1024 },
      limits: { memory: 1536 },
      cpu: { level: 1150, shape: shopping, startup: 900 },
      memory: { level: 690, shape: sawtooth({ floor: 0.72, period: 5400 }) },
    },
  ],
}

const checkout: FleetWorkload = {
  cluster: 'prod',
  kind: 'Deployment',
  name: 'checkout',
  replicas: { kind: 'fixed', count: 2 },
  containers: [
    {
      name: 'checkout',
      image: 'shop/checkout:5.1.2',
      requests: { cpu: 1500, memory: 2048 },
      limits: { cpu: 2000, memory: 2048 },
      cpu: { level: 330, shape: together(shopping, bursty({ every: 300, chance: 0.01, factor: 1.8 })) },
      memory: { level: 410, shape: sawtooth({ floor: 0.8, period: 1500 }) },
      throttle: 0.42,
    },
  ],
}

const cart: FleetWorkload = {
  cluster: 'prod',
  kind: 'Deployment',
  name: 'cart',
  replicas: { kind: 'fixed', count: 2 },
  containers: [
    {
      name: 'cart',
      image: 'shop/cart:2.0.7',
      requests: { cpu: 250, memory: 192 },
      limits: { memory: 256 },
      cpu: { level: 310, shape: together(shopping, bursty({ every: 900, chance: 0.04, factor: 1.6 })) },
      memory: { level: 205, shape: growing(6) },
      eveningKills: 0.25,
    },
    {
      name: 'envoy',
      image: 'envoyproxy/envoy:v1.31.2',
      requests: { cpu: 250, memory: 256 },
      limits: { cpu: 500, memory: 256 },
      cpu: { level: 19, shape: flat(0.35) },
      memory: { level: 42, shape: settled(0.03) },
    },
  ],
}

const mailer: FleetWorkload = {
  cluster: 'prod',
  kind: 'StatefulSet',
  name: 'mailer',
  replicas: { kind: 'fixed', count: 1 },
  containers: [
    {
      name: 'mailer',
      image: 'shop/mailer:1.12.0',
      requests: { cpu: 1000, memory: 512 },
      limits: { memory: 512 },
      cpu: {
        level: 24,
        shape: together(
          flat(0.2),
          bursty({ every: 600, chance: 0.07, factor: 6 }),
          weekly({ weekday: 2, from: 9, to: 12, factor: 6 }),
        ),
      },
      memory: { level: 168, shape: settled(0.12) },
    },
  ],
}

const storefront: FleetWorkload = {
  cluster: 'prod',
  kind: 'Deployment',
  name: 'storefront',
  replicas: { kind: 'autoscaled', min: 2, max: 10, target: 40, container: 'web' },
  containers: [
    {
      name: 'web',
      image: 'shop/storefront:2026.36.1',
      requests: { cpu: 1000, memory: 1024 },
      limits: { memory: 1024 },
      cpu: { level: 1250, shape: shopping, startup: 1400 },
      memory: { level: 430, shape: growing(5) },
    },
    metricsSidecar,
  ],
}

const search: FleetWorkload = {
  cluster: 'prod',
  kind: 'Deployment',
  name: 'search',
  replicas: { kind: 'fixed', count: 2 },
  containers: [
    {
      name: 'web',
      image: 'shop/search:11.4.0',
      requests: { cpu: 2000, memory: 4096 },
      limits: { memory: 4096 },
      cpu: {
        level: 720,
        shape: together(shopping, weekly({ weekday: 0, from: 2, to: 5, factor: 4 })),
        startup: 1800,
      },
      memory: { level: 3480, shape: settled(0.015) },
    },
    metricsSidecar,
  ],
}

/** What runs in the `prod` cluster: mostly sized by its own overlay and values files. */
export const prodWorkloads: readonly FleetWorkload[] = [catalog, checkout, cart, mailer, storefront, search]
