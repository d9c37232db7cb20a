import type { HpaSpec } from './recording.ts'

/** CPU in millicores and memory in MiB of one container. */
interface Usage {
  readonly cpu: number
  readonly memory?: number
}

/** What the pods do until the next evaluation. */
interface Step {
  /** Usage of each ready pod by container, or of all pods together. */
  readonly each?: Readonly<Record<string, Usage>>
  readonly whole?: Readonly<Record<string, Usage>>
  /** Ready pods without a measurement, the newest first. */
  readonly missing?: number
  /** Replicas that are set by hand. */
  readonly replicas?: number
}

/** A scenario for the controller. */
export interface Scenario {
  readonly name: string
  readonly about: string
  /** Requests of each container. */
  readonly containers: Readonly<Record<string, Usage>>
  readonly hpa: HpaSpec
  readonly start: number
  readonly looks: number
  /** Evaluations until a new pod is ready. Default: it is ready at the next one. */
  readonly readyAfter?: number
  readonly step: (look: number) => Step
}

const app = { app: { cpu: 1000, memory: 1000 } }
const each = (cpu: number): Step => ({ each: { app: { cpu } } })
const cpuMetric = (averageUtilization: number): HpaSpec['metrics'][number] => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
})
const hpa = (target: number, more: Partial<HpaSpec> = {}): HpaSpec => ({
  minReplicas: 2,
  maxReplicas: 40,
  metrics: [cpuMetric(target)],
  ...more,
})
/** One value after another, each for some evaluations. */
const staged =
  (length: number, ...values: readonly number[]) =>
  (look: number): number =>
    values[Math.min(Math.floor(look / length), values.length - 1)] ?? 0
const wave = (look: number): number => Math.round(9000 + 8000 * Math.sin((look / 30) * 2 * Math.PI))

/** Every recorded scenario. Windows end between evaluations: none is a multiple of three seconds. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'tolerance',
    about: '10 % above or below the target changes nothing, and one point more does',
    containers: app,
    hpa: hpa(70),
    start: 10,
    looks: 30,
    step: (look) => each(staged(5, 770, 779, 780, 630, 629, 700)(look)),
  },
  {
    name: 'plain',
    about:
      'no behaviour: at most twice the pods or four more, and the highest recommendation of the window holds',
    containers: app,
    hpa: hpa(50, { minReplicas: 1 }),
    start: 1,
    looks: 32,
    step: (look) => ({ whole: { app: { cpu: staged(4, 2500, 9000, 3000, 6000, 500, 12_000, 400)(look) } } }),
  },
  {
    name: 'scale-up-policies',
    about: 'the larger of pods and percent in their periods, rounded up',
    containers: app,
    hpa: hpa(50, {
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [
            { type: 'Pods', value: 1, periodSeconds: 5 },
            { type: 'Percent', value: 10, periodSeconds: 7 },
          ],
        },
      },
    }),
    start: 10,
    looks: 26,
    step: () => each(900),
  },
  {
    name: 'dust-of-a-ratio',
    about: '124 % of 60 % for 15 pods is 31 and a rounding error more: 32',
    containers: app,
    hpa: hpa(60, {
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 300, periodSeconds: 4 }],
        },
      },
    }),
    start: 15,
    looks: 16,
    step: (look) => each(staged(1, 1240, 600)(look)),
  },
  {
    name: 'dust-of-a-policy',
    about: '12 % more than 25 pods is 28 and a rounding error more: 29',
    containers: app,
    hpa: hpa(60, {
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 12, periodSeconds: 4 }],
        },
      },
    }),
    start: 25,
    looks: 16,
    step: (look) => each(staged(1, 1200, 600)(look)),
  },
  {
    name: 'scale-up-slowly',
    about: 'the smaller policy, and the lowest recommendation of a window',
    containers: app,
    hpa: hpa(50, {
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 8,
          selectPolicy: 'Min',
          policies: [
            { type: 'Pods', value: 3, periodSeconds: 4 },
            { type: 'Percent', value: 50, periodSeconds: 10 },
          ],
        },
      },
    }),
    start: 4,
    looks: 30,
    step: (look) => each(staged(3, 500, 1000, 480, 1000, 1000, 1000, 520, 900)(look)),
  },
  {
    name: 'scale-down-policies',
    about: 'the highest recommendation of a window holds, then pods are removed by percent, rounded down',
    containers: app,
    hpa: hpa(50, {
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 11,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 7, periodSeconds: 5 }],
        },
      },
    }),
    start: 30,
    looks: 34,
    step: (look) => ({ whole: { app: { cpu: staged(8, 15_000, 9000, 12_000, 3000)(look) } } }),
  },
  {
    name: 'scale-down-by-pods',
    about: 'the smaller of two policies; pods that were added within the period may be removed too',
    containers: app,
    hpa: hpa(50, {
      behavior: {
        scaleDown: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Min',
          policies: [
            { type: 'Pods', value: 2, periodSeconds: 7 },
            { type: 'Percent', value: 50, periodSeconds: 7 },
          ],
        },
      },
    }),
    start: 12,
    looks: 30,
    step: (look) => ({ whole: { app: { cpu: staged(6, 6000, 8000, 3000, 5000, 1500)(look) } } }),
  },
  {
    name: 'scale-down-disabled',
    about: 'pods are never removed',
    containers: app,
    hpa: hpa(50, { behavior: { scaleDown: { selectPolicy: 'Disabled' } } }),
    start: 5,
    looks: 16,
    step: (look) => each(staged(6, 300, 800, 100)(look)),
  },
  {
    name: 'unready',
    about: 'pods that start count as idle while load is above the target',
    containers: app,
    hpa: hpa(50),
    start: 4,
    looks: 30,
    readyAfter: 3,
    step: (look) => ({ whole: { app: { cpu: staged(8, 2000, 4000, 7000, 3000)(look) } } }),
  },
  {
    name: 'missing',
    about: 'pods without a measurement count as idle upwards and as busy downwards',
    containers: app,
    hpa: hpa(60),
    start: 8,
    looks: 32,
    step: (look) => ({
      ...each(staged(8, 900, 350, 200, 620)(look)),
      missing: staged(4, 0, 2, 1, 3, 5, 2, 30, 1)(look),
    }),
  },
  {
    name: 'container-resource',
    about: 'only the named container counts',
    containers: { app: { cpu: 400 }, proxy: { cpu: 100 } },
    hpa: hpa(60, {
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: {
            name: 'cpu',
            container: 'app',
            target: { type: 'Utilization', averageUtilization: 60 },
          },
        },
      ],
    }),
    start: 5,
    looks: 24,
    step: (look) => ({
      each: { app: { cpu: staged(6, 240, 380, 150, 90)(look) }, proxy: { cpu: staged(4, 10, 99)(look) } },
    }),
  },
  {
    name: 'bounds',
    about: 'replicas set by hand beyond the bounds come back at once; zero stays zero',
    containers: app,
    hpa: hpa(50, { minReplicas: 3, maxReplicas: 9 }),
    start: 5,
    looks: 28,
    step: (look) => {
      const byHand = { 4: 20, 8: 1, 20: 0 }[look]
      return {
        ...each(staged(10, 500, 900, 50)(look)),
        ...(byHand === undefined ? {} : { replicas: byHand }),
      }
    },
  },
  {
    name: 'two-metrics',
    about: 'the metric that needs more pods wins; no pod is removed while one metric cannot be read',
    containers: app,
    hpa: hpa(50, {
      metrics: [
        cpuMetric(50),
        {
          type: 'Resource',
          resource: { name: 'memory', target: { type: 'Utilization', averageUtilization: 80 } },
        },
      ],
    }),
    start: 4,
    looks: 32,
    step: (look) => {
      const memory = staged(4, 800, 990, 500, 200, 0, 0, 900, 300)(look)
      const cpu = staged(4, 500, 400, 900, 300, 300, 700, 200, 100)(look)
      return { each: { app: memory === 0 ? { cpu } : { cpu, memory } } }
    },
  },
  {
    name: 'demand',
    about: 'a wave of demand, shared by the ready pods: the whole simulator must repeat it',
    containers: app,
    hpa: hpa(60, {
      behavior: {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 50, periodSeconds: 7 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 16,
          selectPolicy: 'Max',
          policies: [{ type: 'Percent', value: 20, periodSeconds: 7 }],
        },
      },
    }),
    start: 15,
    looks: 60,
    readyAfter: 2,
    step: (look) => ({ whole: { app: { cpu: wave(look) } } }),
  },
  {
    name: 'demand-plain',
    about: 'the same wave for an HPA without a behaviour',
    containers: app,
    hpa: hpa(60),
    start: 15,
    looks: 60,
    readyAfter: 2,
    step: (look) => ({ whole: { app: { cpu: wave(look) } } }),
  },
]
