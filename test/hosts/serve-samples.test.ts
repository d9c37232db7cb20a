import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kubeconfigOf } from '../lab/cluster/kubeconfig.ts'
import { startGitServer } from '../lab/git-server.ts'
import { type FakeServer, json, startServer } from '../unit/observe/fake-server.ts'
import { count, type Ground, openGround } from './daemon.ts'

const owned = (kind: string, name: string, owner: readonly [kind: string, name: string]) => ({
  metadata: {
    name,
    namespace: 'shop',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: owner[0], name: owner[1], controller: true, uid: kind }],
  },
})

const lists: Readonly<Record<string, readonly object[]>> = {
  '/api/v1/pods': [owned('Pod', 'cart-7f-1', ['ReplicaSet', 'cart-7f'])],
  '/apis/apps/v1/replicasets': [owned('ReplicaSet', 'cart-7f', ['Deployment', 'cart'])],
  '/apis/metrics.k8s.io/v1beta1/pods': [
    {
      metadata: { name: 'cart-7f-1', namespace: 'shop' },
      containers: [{ name: 'cart', usage: { cpu: '610m', memory: '250Mi' } }],
    },
  ],
}

/** A cluster with one pod, and an API server in front of it that can be out of order. */
async function startCluster() {
  const state = { broken: false }
  const server = await startServer(({ url }, response) =>
    state.broken
      ? json(response, 503, {})
      : json(response, 200, { metadata: {}, items: lists[url.pathname] ?? [], gitVersion: 'v1.34.0' }),
  )
  return { server, state }
}

describe('serve where a cluster has nothing but a metrics-server', () => {
  let ground: Ground
  let cluster: { readonly server: FakeServer; readonly state: { broken: boolean } }
  beforeAll(async () => {
    ground = openGround()
    cluster = await startCluster()
    writeFileSync(join(ground.root, 'kubeconfig'), kubeconfigOf(cluster.server.url))
  })
  afterAll(async () => {
    ground.close()
    await cluster.server.close()
  })

  it('keeps samples, raises what they show to be short, and lives through an API server that is away', {
    timeout: 900_000,
  }, async () => {
    const { root, serve, until } = ground
    const began = Math.floor(Date.now() / 1000)
    const git = await startGitServer(root)
    const settings = join(root, 'samples.yaml')
    const text = {
      sources: [{ path: 'apps/overlays/prod', cluster: 'prod', namespace: 'shop' }],
      clusters: [{ name: 'prod', kubernetes: {}, usage: ['metrics-server'] }],
      // Samples of a slot count when the slot is over.
      history: { stepSeconds: 30 },
      deliver: { mode: 'report', base: 'main', remote: { url: `${git.url}/shop.git` } },
      serve: { jitterSeconds: 0, sampleSeconds: 1, schedules: [{ name: 'prod', cron: '*/4 * * * * *' }] },
    }
    writeFileSync(settings, JSON.stringify(text))
    const daemon = serve('samples', settings, {
      env: { KUBECONFIG: join(root, 'kubeconfig') },
      usage: [],
    })
    await until('serving', () => count(daemon.log, 'server started') > 0)
    const figure = async (series: string): Promise<number> => {
      const page = await (await daemon.get('/metrics')).text()
      return Number(new RegExp(`^${series}\\{[^}]*\\} (.*)$`, 'm').exec(page)?.[1] ?? 0)
    }
    await until('a run that raises', () => daemon.log.some((line) => Number(line['changes']) > 0))
    expect(await figure('tortoise_samples_total')).toBeGreaterThan(1)
    const last = await figure('tortoise_last_sample_timestamp_seconds')
    expect(last).toBeGreaterThanOrEqual(began)
    expect(last).toBeLessThanOrEqual(Date.now() / 1000)
    expect(existsSync(join(root, 'samples/samples'))).toBe(true)
    const { prod } = (await (await daemon.get('/report.json')).json()) as {
      prod: { changes: readonly { workload: { name: string }; field: string }[] }
    }
    expect(prod.changes.map(({ workload, field }) => `${workload.name} ${field}`)).toContain(
      'cart requests.cpu',
    )
    cluster.state.broken = true
    await until('a warning', () => daemon.log.some(({ msg }) => msg.includes('no sample was recorded')))
    cluster.state.broken = false
    const before = await figure('tortoise_samples_total')
    for (let tries = 0; tries < 1000 && (await figure('tortoise_samples_total')) <= before; tries++)
      await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await figure('tortoise_samples_total')).toBeGreaterThan(before)
    daemon.child.kill('SIGTERM')
    expect(await daemon.ended).toBe(0)
    const settled = cluster.server.seen.length
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(cluster.server.seen).toHaveLength(settled)
    await git.close()
  })
})
