import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { ExpectedStop, type Problem } from '../../../../plugin/model/problem.ts'
import type { ProgressEvent } from '../../../../plugin/model/progress.ts'
import type { LiveCluster } from '../../../../plugin/observe/kubernetes/live.ts'
import { type ClusterOptions, readCluster } from '../../../../plugin/observe/kubernetes/read-cluster.ts'
import { type FakeServer, json, type ReceivedRequest, startServer } from '../fake-server.ts'

const token = 'kube-very-secret-token'

let servers: FakeServer[] = []
let events: ProgressEvent[] = []
afterEach(async () => {
  await Promise.all(servers.map((server) => server.close()))
  servers = []
  events = []
})

async function serve(
  answer: (request: ReceivedRequest, response: ServerResponse) => void,
): Promise<FakeServer> {
  const server = await startServer(answer)
  servers.push(server)
  return server
}

const kubeconfig = (url: string): string => `
apiVersion: v1
kind: Config
current-context: lab
contexts: [{name: lab, context: {cluster: lab, user: lab}}, {name: odd, context: {cluster: nowhere, user: lab}}]
clusters: [{name: lab, cluster: {server: "${url}/", insecure-skip-tls-verify: true}}]
users: [{name: lab, user: {token: ${token}}}]
`

function read(server: { readonly url: string }, more: Partial<ClusterOptions> = {}): Promise<LiveCluster> {
  const options = { cluster: 'prod', kubeconfig: kubeconfig(server.url), ...more }
  const progress = (event: ProgressEvent) => void events.push(event)
  return readCluster(options, { progress, pause: async () => undefined })
}

async function problemOf(promise: Promise<unknown>): Promise<Problem | undefined> {
  const error = await promise.then(
    () => new Error('it did not stop'),
    (reason: unknown) => reason,
  )
  if (!(error instanceof ExpectedStop)) throw error
  expect(JSON.stringify([error.message, error.problems, String(error.cause), error.stack])).not.toContain(
    token,
  )
  return error.problems[0]
}

const warnings = (): readonly string[] =>
  events.flatMap((event) => (event.kind === 'warning' ? [event.message] : [])).sort()

const meta = (name: string, more: object = {}) => ({ name, namespace: 'shop', generation: 3, ...more })
const settled = { observedGeneration: 3, replicas: 2, readyReplicas: 2, updatedReplicas: 2 }
const deployment = (name: string, status: object, replicas = 2) => ({
  metadata: meta(name),
  spec: { replicas },
  status: { ...settled, ...status },
})

/** The objects of a cluster by collection. */
const objects: Readonly<Record<string, readonly unknown[]>> = {
  '/apis/apps/v1/deployments': [
    deployment('web', {}),
    deployment('fresh', { observedGeneration: 2 }),
    deployment('rolling', { replicas: 3, updatedReplicas: 1 }),
    deployment('down', { readyReplicas: 1 }),
    deployment('big', { replicas: 20, updatedReplicas: 20, readyReplicas: 18 }, 20),
    deployment('asleep', { replicas: 0, readyReplicas: 0, updatedReplicas: 0 }, 0),
    { metadata: meta('new'), spec: {} },
    { metadata: { name: 7 } },
  ],
  '/apis/apps/v1/statefulsets': [
    {
      metadata: meta('db'),
      spec: { replicas: 2 },
      status: { ...settled, currentRevision: 'a', updateRevision: 'a' },
    },
    {
      metadata: meta('queue'),
      spec: { replicas: 2 },
      status: { ...settled, currentRevision: 'a', updateRevision: 'b' },
    },
    {
      metadata: meta('manual'),
      spec: { replicas: 2, updateStrategy: { type: 'OnDelete' } },
      status: { ...settled, currentRevision: 'a', updateRevision: 'b' },
    },
  ],
  '/apis/apps/v1/daemonsets': [
    {
      metadata: meta('agent'),
      status: { observedGeneration: 3, desiredNumberScheduled: 3, updatedNumberScheduled: 1, numberReady: 3 },
    },
  ],
  '/apis/batch/v1/cronjobs': [{ metadata: meta('report'), spec: { suspend: true }, status: {} }],
  '/apis/argoproj.io/v1alpha1/rollouts': [
    {
      metadata: meta('canary'),
      spec: { replicas: 2 },
      status: { ...settled, observedGeneration: '3', phase: 'Paused' },
    },
  ],
  '/apis/autoscaling/v2/horizontalpodautoscalers': [
    {
      metadata: meta('web-hpa'),
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 9 },
    },
  ],
  '/apis/apps/v1/replicasets': [
    {
      metadata: meta('web-5d4f8c7b9', {
        ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true, uid: 'x' }],
      }),
    },
  ],
}

function listing({ url }: ReceivedRequest, response: ServerResponse): void {
  const builtIn = /^\/(api\/v1|apis\/(apps|batch|policy|autoscaling)\/)/.test(url.pathname)
  const all = objects[url.pathname] ?? (builtIn ? [] : undefined)
  if (all === undefined) {
    json(response, 404, { kind: 'Status', code: 404 })
    return
  }
  const from = Number(url.searchParams.get('continue') ?? 0)
  const end = from + Number(url.searchParams.get('limit'))
  const metadata = end < all.length ? { continue: String(end) } : {}
  json(response, 200, { metadata, items: all.slice(from, end) })
}

describe('readCluster', () => {
  it('reads every kind page by page, with get only', async () => {
    const server = await serve(listing)
    const live = await read(server, { pageSize: 3 })
    const state = Object.fromEntries(
      live.workloads.map(({ workload, unhealthy }) => [workload.name, unhealthy]),
    )
    expect(state).toEqual({
      web: undefined,
      fresh: 'a rollout is in progress (its controller has not observed the last change yet)',
      rolling: 'a rollout is in progress (1 of 2 pods are updated)',
      down: '1 of 2 pods are not ready',
      big: undefined,
      asleep: undefined,
      new: 'a rollout is in progress (its controller has not observed the last change yet)',
      db: undefined,
      queue: 'a rollout is in progress (2 of 2 pods are updated)',
      manual: undefined,
      agent: 'a rollout is in progress (1 of 3 pods are updated)',
      report: undefined,
      canary: 'a rollout is in progress (2 of 2 pods are updated)',
    })
    expect(live.workloads.find(({ workload }) => workload.name === 'web')).toEqual({
      workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      replicas: 2,
      ready: 2,
      updated: 2,
      autoscaler: {
        kind: 'HorizontalPodAutoscaler',
        name: 'web-hpa',
        minReplicas: 1,
        maxReplicas: 9,
        metrics: [],
      },
    })
    expect(live.replicaSets.get('shop/web-5d4f8c7b9')).toMatchObject({ kind: 'Deployment', name: 'web' })
    expect(warnings()).toEqual(['cluster prod: skipped 1 deployments with an unexpected format'])
    expect(server.seen.filter(({ url }) => url.pathname.endsWith('deployments'))).toHaveLength(3)
    for (const { method, headers } of server.seen) {
      expect(method).toBe('GET')
      expect(headers.authorization).toBe(`Bearer ${token}`)
    }
  })

  it('reads only the metadata of ReplicaSets, and lists namespaces one by one when they are set', async () => {
    const server = await serve((_, response) => json(response, 200, { items: null }))
    await read(server, { namespaces: ['shop', 'pay'] })
    const paths = server.seen.map(({ url }) => url.pathname).filter((path) => path !== '/version')
    // Nodes are in no namespace.
    expect(paths).toHaveLength(2 * 21 + 1)
    expect(paths).toContain('/api/v1/nodes')
    expect(paths).toContain('/api/v1/namespaces/pay/pods')
    expect(paths).toContain('/apis/apps/v1/namespaces/pay/deployments')
    const partial = server.seen.filter(({ headers }) => headers.accept?.includes('PartialObjectMetadataList'))
    expect(new Set(partial.map(({ url }) => url.pathname.split('/').at(-1)))).toEqual(
      new Set(['replicasets', 'jobs', 'applicationsets']),
    )
  })

  it('works without kinds that are forbidden or not served', async () => {
    const server = await serve((request, response) => {
      const { pathname } = request.url
      if (pathname.endsWith('statefulsets')) json(response, 403, { kind: 'Status', code: 403 })
      else if (/rollouts|horizontal/.test(pathname)) json(response, 404, { kind: 'Status', code: 404 })
      else listing(request, response)
    })
    const live = await read(server)
    expect(live.workloads.some(({ workload }) => workload.kind === 'StatefulSet')).toBe(false)
    expect(live.workloads.some(({ workload }) => workload.name === 'report')).toBe(true)
    expect(warnings()).toEqual([
      'cluster prod: does not serve horizontalpodautoscalers of autoscaling/v2: live autoscalers are unknown',
      'cluster prod: may not list statefulsets: their state is unknown, and they count as healthy',
      'cluster prod: skipped 1 deployments with an unexpected format',
    ])
  })

  it('says once that most kinds are forbidden, and what prints the rules', async () => {
    const server = await serve((request, response) => {
      if (request.url.pathname.endsWith('pods')) listing(request, response)
      else json(response, 403, { kind: 'Status', code: 403 })
    })
    const live = await read(server)
    expect(live.unread.length).toBeGreaterThan(15)
    const [said, ...others] = warnings().filter((one) => one.includes('may not list'))
    expect(said).toMatch(
      /^cluster prod: may not list \w+, \w+, \w+ and \d+ more kinds\. `tortoise doctor --fix-hints` prints the rules to grant$/,
    )
    expect(others).toEqual([])
  })

  it('repeats a list once when it expires', async () => {
    let expired = 0
    const server = await serve((request, response) => {
      const middle = request.url.searchParams.get('continue') === '4'
      if (middle && expired === 0) {
        expired += 1
        json(response, 410, { kind: 'Status', code: 410, reason: 'Expired' })
      } else listing(request, response)
    })
    const names = (await read(server, { pageSize: 2 })).workloads.map(({ workload }) => workload.name)
    expect(names.filter((name) => name === 'web')).toHaveLength(1)
    expect(names).toContain('asleep')

    const forgetful = await serve((_, response) => json(response, 410, {}))
    expect((await problemOf(read(forgetful)))?.code).toBe('kubernetes.refused')
  })

  it('retries when the server is busy', async () => {
    const server = await serve((request, response) =>
      server.seen.length < 3 ? json(response, 503, {}) : listing(request, response),
    )
    expect((await read(server)).workloads.length).toBeGreaterThan(5)
  })

  it('stops when the credentials are not accepted', async () => {
    const server = await serve((_, response) => json(response, 401, { message: token }))
    expect(await problemOf(read(server))).toMatchObject({
      code: 'kubernetes.refused',
      message: `the cluster at ${server.url} does not accept the credentials (HTTP 401)`,
    })
  })

  it('stops when nothing listens', async () => {
    const server = await startServer(() => undefined)
    await server.close()
    expect(await problemOf(read(server))).toMatchObject({
      code: 'kubernetes.unreachable',
      message: `the cluster at ${server.url} cannot be reached: ECONNREFUSED`,
    })
  })

  it('stops when the server stalls', async () => {
    const server = await serve(() => undefined)
    expect(await problemOf(read(server, { timeoutMs: 100 }))).toMatchObject({
      code: 'kubernetes.unreachable',
      message: `the cluster at ${server.url} cannot be reached: no answer in time`,
    })
  })

  it('stops when the server is not a Kubernetes API', async () => {
    const server = await serve((_, response) => response.end('<html>'))
    expect((await problemOf(read(server)))?.code).toBe('kubernetes.refused')
  })

  it.each([
    [
      { context: 'prod' },
      'the kubeconfig has no context prod, or its cluster is missing',
      'Set clusters[].kubernetes.context to one of lab, odd.',
    ],
    [
      { context: 'odd' },
      'the kubeconfig has no context odd, or its cluster is missing',
      'Set clusters[].kubernetes.context to one of lab, odd.',
    ],
    [{ kubeconfig: `a: [${token}` }, 'the kubeconfig cannot be read', 'Check it with `kubectl config view`.'],
  ])('stops at a kubeconfig without the cluster: %j', async (more, message, hint) => {
    const problem = await problemOf(read({ url: 'http://127.0.0.1:1' }, more))
    expect(problem).toEqual({ code: 'kubernetes.unreachable', message, hint })
  })
})
