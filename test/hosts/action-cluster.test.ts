import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { demoSeed } from '../lab/fleet/record.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../lab/prometheus.ts'
import { demoCheckout, demoFiles, demoSources, git, read } from './program.ts'
import { hasNode24, type Step } from './runner.ts'
import { commentEvent, openShop, type Shop, type ShopRun } from './shop.ts'

const missing = [
  ...(hasControlPlane() ? [] : ['kube-apiserver (npm run lab:setup builds one)']),
  ...(hasPrometheus() ? [] : ['prometheus']),
  ...(hasNode24 ? [] : ['Node 24 (npm run lab:node installs it)']),
]
if (missing.length > 0) console.warn(`no ${missing.join(' and no ')}: the Action is not tried on a cluster`)

const account = 'system:serviceaccount:gitops-tortoise:gitops-tortoise'
const deploy = join(import.meta.dirname, '../../config/deploy')

async function* lines(): AsyncGenerator<string> {
  const fleet = createFleet({ seed: demoSeed })
  yield* openMetrics(fleet, { cluster: 'prod', ...fleet.window, slowStep: 300 })
}

const settings = JSON.stringify({
  ...(parse(read(demoFiles, 'repository/tortoise.yaml')) as object),
  clusters: [{ name: 'prod' }, { name: 'staging' }],
})
const operatorSettings = (url: string): string =>
  JSON.stringify({ clusters: [{ name: 'prod', prometheus: { url }, kubernetes: { context: 'lab' } }] })

describe.skipIf(missing.length > 0)('the Action on a real API server, Prometheus and Git server', () => {
  let plane: ControlPlane
  let prometheus: PrometheusLab
  let shop: Shop

  beforeAll(async () => {
    ;[plane, prometheus] = await Promise.all([startControlPlane(), startPrometheus(lines())])
    const files = {
      'tortoise.yaml': settings,
      '.github/tortoise-operator.yaml': operatorSettings(prometheus.url),
    }
    shop = await openShop({ token: 'ghs_cluster-token-00000000000000000000', writers: ['ada'], files })
    writeFileSync(join(shop.root, 'admin'), plane.kubeconfig())
    settle()
    const own = await plane.tokenOf('gitops-tortoise', 'gitops-tortoise')
    writeFileSync(join(shop.root, 'account'), plane.kubeconfig(own))
    plane.audited()
  })
  afterAll(async () => {
    await Promise.all([plane?.close(), prometheus?.close(), shop?.close()])
  })

  const kubectl = (args: readonly string[], input = ''): string =>
    execFileSync('kubectl', args, {
      encoding: 'utf8',
      input,
      env: { PATH: process.env['PATH'], KUBECONFIG: join(shop.root, 'admin'), HOME: shop.root },
      stdio: ['pipe', 'pipe', 'pipe'],
    })

  /** The account of the job, and what runs in prod: all at rest but cart, whose pods are not ready. */
  function settle(): void {
    kubectl(['apply', '--filename=-'], kubectl(['kustomize', join(deploy, 'daemon')]))
    kubectl(['create', 'namespace', 'shop'])
    const { directory, remove } = demoCheckout()
    for (const { args } of demoSources.filter(({ cluster }) => cluster === 'prod')) {
      const [program = '', ...rest] = args
      const manifests = execFileSync(program, rest, { cwd: directory, encoding: 'utf8' })
      kubectl(['apply', '--namespace=shop', '--filename=-'], manifests)
    }
    remove()
    const found = kubectl(['get', 'deployments,statefulsets', '--namespace=shop', '--output=json'])
    type Controller = {
      kind: string
      metadata: { name: string; generation: number }
      spec: { replicas?: number }
    }
    for (const { kind, metadata, spec } of (JSON.parse(found) as { items: Controller[] }).items) {
      const { name, generation } = metadata
      const replicas = spec.replicas ?? 1
      const ready = name === 'cart' ? 0 : replicas
      const status = {
        observedGeneration: generation,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: ready,
      }
      const patch = ['patch', kind, name, '--namespace=shop', '--subresource=status', '--type=merge']
      kubectl([...patch, `--patch=${JSON.stringify({ status })}`])
    }
  }

  const step = (inputs: Readonly<Record<string, string>>, run: ShopRun = {}): Promise<Step> =>
    shop.step(
      { 'github-token': shop.token, until: '2026-09-14T00:00:00Z', cluster: 'prod', ...inputs },
      { ...run, env: { KUBECONFIG: join(shop.root, 'account'), ...run.env } },
    )

  it('on schedule opens pull requests, leaves what is not at rest alone, and only reads the cluster', async () => {
    const ended = await step({ mode: 'pull-request', cache: join(shop.root, 'usage') })
    expect(ended.status, ended.stdout).toBe(0)
    const [pull] = shop.github.pulls
    expect(ended.outputs['pull-request-numbers']).toBe(String(pull?.number))
    expect(pull?.body).toContain('Deployment/checkout')
    expect(pull?.body).not.toContain('Deployment/cart')
    expect(ended.summary).toMatch(
      /Skipped: 2 of 2 pods are not ready: prod shop\/Deployment\/cart \(cart requests/,
    )
    const own = plane.audited().filter(({ user }) => user === account)
    expect(own.length).toBeGreaterThan(5)
    expect(new Set(own.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']))
  })

  it('by hand looks at the workloads that are named, in a dry run', async () => {
    const refs = git(shop.bare, 'for-each-ref')
    const workloads = 'Deployment/checkout'
    const ended = await step({
      mode: 'pull-request',
      workloads,
      'dry-run': 'true',
      cache: join(shop.root, 'usage'),
    })
    expect(ended, ended.stdout).toMatchObject({ status: 0, outputs: { workloads: '1', commit: '' } })
    expect(git(shop.bare, 'for-each-ref')).toBe(refs)
  })

  it('on a comment of somebody who may push obeys it at once', async () => {
    const [pull] = shop.github.pulls
    const body = '/tortoise ignore Deployment/checkout'
    shop.github.say(pull?.number ?? 0, 'ada', body)
    const ended = await step(
      { mode: 'pull-request', cache: join(shop.root, 'usage') },
      {
        event: commentEvent(pull?.number ?? 0, 'ada', { id: 7, body }),
        env: { GITHUB_EVENT_NAME: 'issue_comment' },
      },
    )
    expect(ended.status, ended.stdout).toBe(0)
    expect(pull?.body).not.toContain('Deployment/checkout')
    expect(shop.github.state.reactions.get(7)).toEqual(['eyes', '+1'])
  })

  it("on a person's pull request names the size that contradicts the usage", async () => {
    const person = join(shop.root, 'person')
    git(shop.root, 'clone', '--quiet', shop.bare, person)
    git(person, 'checkout', '--quiet', '-b', 'smaller')
    const file = join(person, 'apps/overlays/prod/checkout-size.yaml')
    writeFileSync(file, read(file).replace('memory: 2Gi', 'memory: 64Mi'))
    git(person, 'commit', '--quiet', '--all', '--message=smaller')
    git(person, 'push', '--quiet', 'origin', 'smaller')
    const ended = await step(
      { mode: 'review', cache: join(shop.root, 'usage') },
      { event: { pull_request: { number: 77 } }, clone: ['--depth=2', '--branch=smaller'] },
    )
    expect(ended, ended.stdout).toMatchObject({ status: 0, outputs: { objections: '1' } })
    expect(shop.github.state.comments.get(77)?.[0]?.body).toMatch(/2Gi → 64Mi .* below its peak usage, \d+Mi/)
  })
})
