import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import { declaredWorkloads } from '../../../plugin/model/declared.ts'
import type { JsonObject } from '../../../plugin/model/json.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import type { PastValue } from '../../../plugin/model/past-edit.ts'
import type { Change, Recommendation } from '../../../plugin/model/recommendation.ts'
import { type NodeSize, noSurroundings } from '../../../plugin/model/surroundings.ts'
import { printValue } from '../../../plugin/model/value.ts'
import { keepBounded } from '../../../plugin/recommend/keep-bounded.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'
import { observationWith, recordedUsage, workload } from './builders.ts'

const Gi = 1024 ** 3
const Mi = 1024 ** 2
const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 3600, step: 3600, count: 14 * 24 }
const nodes: readonly NodeSize[] = [{ said: 'Node/big in the cluster', cpu: 3920, memory: 14.4 * Gi }]

interface World {
  readonly containers: Readonly<Record<string, JsonObject>>
  readonly cpu?: number
  readonly memory?: number
  readonly kills?: number
  readonly nodes?: readonly NodeSize[]
  readonly fitNodes?: boolean
  readonly more?: Partial<Observation>
  readonly past?: Readonly<Record<string, PastValue>>
  /** Whether what became of earlier changes counts. */
  readonly follows?: boolean
}

function decide(world: World): readonly Recommendation[] {
  const { containers, cpu = 100, memory = 100, kills = 0, fitNodes = true, more = {}, past = {} } = world
  const object: JsonObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workload.name, namespace: workload.namespace },
    spec: {
      replicas: 2,
      template: {
        spec: {
          containers: Object.entries(containers).map(([name, resources]) => ({
            name,
            image: 'x',
            resources,
          })),
        },
      },
    },
  }
  const usage = recordedUsage({ cpu: () => cpu, memory: () => memory * Mi, pods: 2 }, frame)
  const observation = observationWith({
    containers: Object.keys(containers).map((container) => ({ container, ...usage, oomKills: kills })),
    replicas: { min: 2, max: 2, mean: 2 },
    surroundings: { ...noSurroundings, nodes: world.nodes ?? nodes },
    ...more,
  })
  const { profile: _, ...options } = settingsSchema.parse({ recommend: { fitNodes } }).recommend
  return recommend({ cluster: 'prod', workloads: declaredWorkloads([object], 'shop') }, [observation], {
    options,
    rules: [],
    guarded: true,
    ...(world.follows === true && { health: { days: 3, takeBack: true, floorDays: 30 } }),
    surroundings: () => observation.surroundings ?? noSurroundings,
    lastChange: () => undefined,
    pastValues: ({ container = '', field }) => [past[`${container} ${field}`] ?? []].flat(),
  })
}

const shown = (answer: readonly Recommendation[]) =>
  Object.fromEntries(
    answer.map((one) => [
      `${one.container ?? ''} ${one.field}`.trim(),
      one.verdict === 'change' ? printValue(one.field, one.to) : one.verdict,
    ]),
  )
const reasonOf = (answer: readonly Recommendation[], name: string): string => {
  const one = answer.find(({ container, field }) => `${container} ${field}` === name)
  return one === undefined || one.verdict === 'unsure'
    ? (one?.missing ?? '')
    : (one.because.at(-1)?.text ?? '')
}

describe('the largest node', () => {
  const twelve = { requests: { cpu: '1', memory: '12Gi' }, limits: { memory: '12Gi' } }

  it('bounds a raise that answers kills, and the limit that moves with the request', () => {
    const answer = decide({ containers: { app: twelve }, memory: 12_000, kills: 4 })
    expect(shown(answer)).toMatchObject({ 'app requests.memory': '14736Mi', 'app limits.memory': '14736Mi' })
    expect(reasonOf(answer, 'app requests.memory')).toBe(
      'The largest node by memory (Node/big in the cluster) allows no more.',
    )
  })

  it('says why a kill is not answered when there is no room left', () => {
    const full = { requests: { memory: '14736Mi' }, limits: { memory: '14736Mi' } }
    const answer = decide({ containers: { app: full }, memory: 14_700, kills: 4 })
    expect(shown(answer)).toMatchObject({ 'app requests.memory': 'keep' })
    expect(reasonOf(answer, 'app requests.memory')).toMatch(/largest node by memory/)
  })

  it('has room for all containers of a pod together', () => {
    const answer = decide({
      containers: { app: { requests: { cpu: '2' } }, proxy: { requests: { cpu: '1' } } },
      cpu: 2800,
    })
    expect(reasonOf(answer, 'app requests.cpu')).toMatch(/^No node that is known has room for a pod of \d+m/)
    const rising = Object.values(shown(answer)).filter((one) => one !== 'keep')
    expect(rising.length).toBeLessThan(2)
  })

  it('bounds a limit that rises above its request, and lowers none', () => {
    const apart = { requests: { memory: '8Gi' }, limits: { memory: '9Gi' } }
    const answer = decide({ containers: { app: apart }, memory: 12_000 })
    expect(shown(answer)['app limits.memory']).toBe('14736Mi')
    const high = { requests: { memory: '12Gi' }, limits: { memory: '64Gi' } }
    expect(shown(decide({ containers: { app: high }, memory: 11_000 }))['app limits.memory']).toBe('keep')
  })

  it('bounds nothing where settings say that larger nodes can be added, or none is known', () => {
    const given = { containers: { app: twelve }, memory: 12_000, kills: 4 }
    expect(shown(decide({ ...given, fitNodes: false }))['app requests.memory']).toBe('14752Mi')
    expect(shown(decide({ ...given, nodes: [] }))['app requests.memory']).toBe('14752Mi')
  })

  it('holds a request that moves together with the target of an HPA', () => {
    const change = (field: 'requests.cpu' | 'hpa.target.cpu', from: number, to: number): Change => ({
      workload,
      ...(field === 'requests.cpu' ? { container: 'app' } : {}),
      field,
      verdict: 'change',
      from,
      to,
      because: [],
      together: 'cpu',
    })
    const joint = [change('requests.cpu', 3000, 4000), change('hpa.target.cpu', 80, 60)]
    const declared = { workload, containers: [] }
    const most = (value: number) => () => ({
      request: { maximum: { value, said: 'The largest node' } },
      limit: {},
    })
    expect(keepBounded(joint, { declared, bounds: most(3900) }).map(({ verdict }) => verdict)).toEqual([
      'keep',
      'keep',
    ])
    expect(keepBounded(joint, { declared, bounds: most(4000) })).toEqual(joint)
    // A step towards the bound is made, although it does not reach it.
    const down = [change('requests.cpu', 6000, 4000)]
    expect(keepBounded(down, { declared, bounds: most(3900) })).toEqual(down)
  })
})

describe('pods that cannot start because of their size', () => {
  const noRoom = 'no node has room for 1 pod: 0/3 nodes are available: 3 Insufficient memory'
  const quota =
    'its rollout is stuck: pods "web" is forbidden: exceeded quota: team, requested: requests.cpu=900m, used: requests.cpu=7160m, limited: requests.cpu=7200m'
  const large = { requests: { cpu: '900m', memory: '16Gi' } }
  const past: PastValue = {
    from: '500m',
    to: '900m',
    rules: ['cpu.price'],
    at: '2026-09-14T00:00:00Z',
    daysAgo: 1,
    commit: 'abcdef0123456789',
  }

  it('are made to fit the largest node, and nothing else changes', () => {
    const answer = decide({ containers: { app: large }, memory: 13_000, more: { unhealthy: noRoom } })
    expect(shown(answer)).toEqual({ 'app requests.cpu': 'unsure', 'app requests.memory': '14736Mi' })
    expect(reasonOf(answer, 'app requests.cpu')).toBe(`Skipped: ${noRoom}`)
  })

  it('get back the value before our last change, which is named', () => {
    const answer = decide({
      containers: { app: { requests: { cpu: '900m', memory: '1Gi' } } },
      cpu: 850,
      more: { unhealthy: quota },
      past: { 'app requests.cpu': past },
    })
    expect(shown(answer)).toEqual({ 'app requests.cpu': '500m', 'app requests.memory': 'unsure' })
    expect(reasonOf(answer, 'app requests.cpu')).toMatch(
      /^Tortoise changed it from 500m to 900m on 2026-09-14 \(commit abcdef0123\), and the rollout of that change is stuck: pods "web" is forbidden: exceeded quota/,
    )
  })

  it('get it back also while they request what they did before, because the change waits for room', () => {
    const before = { cpu: 1000, memory: 2 * Gi }
    const answer = decide({
      containers: { app: { requests: { cpu: '900m', memory: '1Gi' } } },
      cpu: 850,
      more: { unhealthy: quota, requested: before },
      past: { 'app requests.cpu': past },
      follows: true,
    })
    expect(shown(answer)).toEqual({ 'app requests.cpu': '500m', 'app requests.memory': 'unsure' })
  })

  it.each([
    ['somebody changed the value since', { to: '800m' }],
    ['the change is old', { daysAgo: 40 }],
    ['the change lowered it', { from: '2' }],
  ])('keep it where %s', (_, changed) => {
    const answer = decide({
      containers: { app: { requests: { cpu: '900m' } } },
      more: { unhealthy: quota },
      past: { 'app requests.cpu': { ...past, ...changed } },
    })
    expect(shown(answer)).toEqual({ 'app requests.cpu': 'unsure' })
  })

  it('are not touched where another thing holds the rollout up', () => {
    const image = 'its rollout is stuck: ReplicaSet "web-1" has timed out progressing'
    const answer = decide({
      containers: { app: { requests: { cpu: '900m' } } },
      more: { unhealthy: image },
      past: { 'app requests.cpu': past },
    })
    expect(shown(answer)).toEqual({ 'app requests.cpu': 'unsure' })
  })

  it('are not made as large again', () => {
    const restored = { ...past, from: '900m', to: '500m', rules: ['rollout.stuck'] }
    const given = { containers: { app: { requests: { cpu: '500m' } } }, cpu: 850 }
    const answer = decide({ ...given, past: { 'app requests.cpu': restored } })
    expect(shown(answer)).toEqual({ 'app requests.cpu': 'keep' })
    expect(reasonOf(answer, 'app requests.cpu')).toMatch(/^900m was too large/)
    const later = decide({ ...given, past: { 'app requests.cpu': { ...restored, daysAgo: 31 } } })
    expect(shown(later)['app requests.cpu']).not.toBe('keep')
  })
})
