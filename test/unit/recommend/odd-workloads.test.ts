import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { Recommendation } from '../../../plugin/model/recommendation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { cpuScale, memoryScale } from '../../../plugin/model/sketch.ts'
import { printValue } from '../../../plugin/model/value.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const { profile: _, ...options } = settingsSchema.parse({}).recommend
const Mi = 1024 ** 2
const hours = 14 * 24
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: hours }

const deployment = (podSpec: JsonObject): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: workload.name, namespace: workload.namespace },
  spec: { replicas: 2, template: { spec: podSpec } },
})
const container = (name: string, requests: JsonObject, limits?: JsonObject): JsonObject => ({
  name,
  image: 'x',
  resources: { requests, ...(limits === undefined ? {} : { limits }) },
})
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: workload.name }

const decide = (objects: readonly JsonObject[], observation: Observation): readonly Recommendation[] =>
  recommend({ cluster: 'prod', workloads: declaredWorkloads(objects, workload.namespace) }, [observation], {
    options,
    rules: [],
    guarded: true,
    lastChange: () => undefined,
  })

const shown = (all: readonly Recommendation[]) =>
  Object.fromEntries(
    all.map((one) => [
      [one.container, one.field].filter((part) => part !== undefined).join(' '),
      one.verdict === 'change'
        ? printValue(one.field, one.to)
        : one.verdict === 'keep'
          ? 'keep'
          : one.missing,
    ]),
  )

const used = (cpu: number, memory: number) =>
  recordedUsage({ cpu: () => cpu, memory: () => memory * Mi, pods: 2 }, frame)

describe('an HPA that scales by an absolute value', () => {
  it('leaves the request to usage, because the request does not move pods', () => {
    const hpa: JsonObject = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'api', namespace: 'shop' },
      spec: {
        scaleTargetRef,
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '800m' } },
          },
        ],
      },
    }
    const observation = observationWith({
      containers: [{ container: 'app', ...used(300, 100), oomKills: 0 }],
      replicas: { min: 2, max: 2, mean: 2 },
    })
    const objects = [deployment({ containers: [container('app', { cpu: '1' })] }), hpa]
    expect(shown(decide(objects, observation))['app requests.cpu']).toBe('500m')
  })
})

describe('a workload that scales to zero at night', () => {
  it('lacks nothing: hours without a pod are no missing samples', () => {
    const [cpu, memory] = [usageRecorder(cpuScale, frame), usageRecorder(memoryScale, frame)]
    const pods = Array.from({ length: hours }, (_, hour) => (hour % 24 < 8 ? 0 : 2))
    for (const [hour, count] of pods.entries())
      for (let pod = 0; pod < count; pod += 1) {
        cpu.add(hour, 200)
        memory.add(hour, 200 * Mi)
      }
    const [usedCpu, usedMemory] = [cpu.finish(), memory.finish()]
    if (usedCpu === undefined || usedMemory === undefined) throw new Error('nothing was recorded')
    const observation = observationWith({
      coverage: 2 / 3,
      containers: [{ container: 'app', cpu: usedCpu, memory: usedMemory, oomKills: 0 }],
      replicas: {
        min: 2,
        max: 2,
        mean: 2,
        series: packCounts(
          frame,
          pods.map((count) => count || Number.NaN),
        ),
      },
    })
    const objects = [deployment({ containers: [container('app', { cpu: '1', memory: '1Gi' })] })]
    expect(shown(decide(objects, observation))).toEqual({
      'app requests.cpu': '500m',
      'app requests.memory': '720Mi',
    })
  })
})

describe('containers beside the main one', () => {
  it('are sized when they run with it, and not when they run before it', () => {
    const observation = observationWith({
      containers: ['app', 'proxy', 'migrate'].map((name) => ({
        container: name,
        ...used(50, 50),
        oomKills: 0,
      })),
      replicas: { min: 2, max: 2, mean: 2 },
    })
    const objects = [
      deployment({
        initContainers: [
          { ...container('proxy', { cpu: '1' }), restartPolicy: 'Always' },
          container('migrate', { cpu: '1' }),
        ],
        containers: [container('app', { cpu: '1' })],
      }),
    ]
    expect(shown(decide(objects, observation))).toEqual({
      'app requests.cpu': '500m',
      'proxy requests.cpu': '500m',
      'migrate requests.cpu': 'Init containers are not sized',
    })
  })

  it('that have a new name are skipped, and the name with the usage is given', () => {
    const observation = observationWith({
      containers: [{ container: 'web', ...used(50, 50), oomKills: 0 }],
    })
    const objects = [deployment({ containers: [container('app', { cpu: '1' })] })]
    expect(shown(decide(objects, observation))['app requests.cpu']).toBe(
      'No usage found for this container; usage is recorded for web, which Git no longer declares',
    )
  })
})

describe('kills that somebody answered long ago', () => {
  it('hold no limit that is far above the usage since, and count nowhere', () => {
    const memory = usageRecorder(memoryScale, frame)
    const cpu = usageRecorder(cpuScale, frame)
    for (let hour = 0; hour < hours; hour += 1) {
      memory.add(hour, (hour < 48 ? 250 : 480) * Mi)
      cpu.add(hour, 450)
    }
    const [usedCpu, usedMemory] = [cpu.finish(), memory.finish()]
    if (usedCpu === undefined || usedMemory === undefined) throw new Error('nothing was recorded')
    const observation = observationWith({
      containers: [
        {
          container: 'app',
          cpu: usedCpu,
          memory: usedMemory,
          oomKills: 3,
          oomTimes: [frame.first + 40 * 3600],
        },
      ],
      replicas: { min: 1, max: 1, mean: 1 },
    })
    const objects = [
      deployment({ containers: [container('app', { cpu: '500m', memory: '1Gi' }, { memory: '1Gi' })] }),
    ]
    expect(shown(decide(objects, observation))).toMatchObject({
      'app requests.memory': '720Mi',
      'app limits.memory': '720Mi',
    })
  })
})
