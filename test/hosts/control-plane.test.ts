import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { demoCheckout, git, program, read, tortoise } from './program.ts'

const deploy = join(import.meta.dirname, '../../config/deploy')
const account = 'system:serviceaccount:gitops-tortoise:gitops-tortoise'

describe.skipIf(!hasControlPlane())('with a real API server (npm run lab:setup)', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-cluster-'))
  const checkout = demoCheckout()
  const children: ChildProcess[] = []
  const outputs: (() => string)[] = []
  let plane: ControlPlane

  const kubeconfig = join(work, 'kubeconfig')
  const kubectl = (args: readonly string[], input?: string): string =>
    execFileSync('kubectl', args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], KUBECONFIG: kubeconfig, HOME: work },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    })

  beforeAll(async () => {
    plane = await startControlPlane()
    writeFileSync(kubeconfig, plane.kubeconfig())
  })
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL')
    await plane?.close()
    checkout.remove()
    rmSync(work, { recursive: true, force: true })
  })

  const manifests = (kustomization: object): string => {
    const directory = mkdtempSync(join(work, 'kustomization-'))
    const at = (path: string): string => relative(directory, join(deploy, path))
    const text = JSON.stringify(kustomization).replaceAll(/deploy:([\w-]+)/g, (_, path: string) => at(path))
    writeFileSync(join(directory, 'kustomization.yaml'), text)
    return kubectl(['kustomize', '--load-restrictor=LoadRestrictionsNone', directory])
  }

  it('it takes every manifest of config/deploy, with strict validation', () => {
    const apply = (text: string): string =>
      kubectl(['apply', '--server-side', '--validate=strict', '--filename=-'], text)
    expect(apply(manifests({ resources: ['deploy:cronjob'] }))).toMatch(/^cronjob\.batch\/gitops-tortoise/m)
    const several = { resources: ['deploy:daemon'], components: ['deploy:leader-election'] }
    expect(apply(manifests(several))).toMatch(/^deployment\.apps\/gitops-tortoise/m)
  })

  it('init finds where sources run, and the Prometheus', async () => {
    rmSync(join(checkout.directory, 'tortoise.yaml'))
    const bare = kubectl(['kustomize', join(checkout.directory, 'apps/overlays/prod')])
    kubectl(['create', 'namespace', 'shop'])
    kubectl(['create', 'namespace', 'monitoring'])
    kubectl(['apply', '--namespace=shop', '--filename=-'], bare.replaceAll(/^ {2}namespace: .*\n/gm, ''))
    const labels = ['name=prometheus', 'component=server', 'instance=prometheus']
    const labelled = labels.map((one) => `app.kubernetes.io/${one}`).join(',')
    const pod = ['run', 'prometheus-server-0', '--image=prom/prometheus', `--labels=${labelled}`]
    kubectl([...pod, '--namespace=monitoring'])
    const operator = join(work, 'operator.yaml')
    const args = ['--repo', checkout.directory, '--cluster', 'prod', '--operator-settings', operator]
    const ended = await tortoise(['init', ...args], { env: { KUBECONFIG: kubeconfig } })
    expect(ended).toMatchObject({ status: 0 })
    expect(ended.stdout).toMatch(/charts\/web: none of its workloads run in the cluster/)
    expect(parse(read(checkout.directory, 'tortoise.yaml'))).toMatchObject({
      sources: [{ path: 'apps/overlays/prod' }],
      clusters: [{ name: 'prod' }],
    })
    expect(parse(read(operator))).toMatchObject({
      clusters: [{ name: 'prod', prometheus: { url: 'http://prometheus-server.monitoring:80' } }],
    })
    git(checkout.directory, 'checkout', '--quiet', '--', 'tortoise.yaml')
  })

  interface Replica {
    readonly child: ChildProcess
    readonly said: () => string
    readonly ended: Promise<number | null>
  }

  function serve(settings: string, credentials: string): Replica {
    const state = mkdtempSync(join(work, 'state-'))
    const args = [
      '--repo',
      checkout.directory,
      '--settings',
      settings,
      '--state',
      state,
      '--listen',
      '127.0.0.1:0',
    ]
    const child = spawn(process.execPath, [program, 'serve', ...args], {
      env: { PATH: process.env['PATH'] ?? '', KUBECONFIG: credentials },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let said = ''
    child.stdout?.on('data', (text: Buffer) => (said += text))
    outputs.push(() => said.slice(-2000))
    return { child, said: () => said, ended: new Promise((resolve) => child.on('exit', resolve)) }
  }

  async function until(what: string, holds: () => boolean): Promise<void> {
    for (let tries = 0; !holds(); tries++) {
      if (tries > 3000)
        throw new Error(`not after ${tries} tries: ${what}\n${outputs.map((one) => one()).join('\n')}`)
      await sleep(100)
    }
  }

  it('of two daemons one leads; the other follows it up; the account writes its Lease and nothing else', {
    timeout: 900_000,
  }, async () => {
    const own = join(work, 'account')
    writeFileSync(own, plane.kubeconfig(await plane.tokenOf('gitops-tortoise', 'gitops-tortoise')))
    const settings = join(work, 'serve.yaml')
    writeFileSync(
      settings,
      JSON.stringify({
        sources: [{ path: 'apps/overlays/prod' }],
        serve: {
          schedules: [{ cron: '0 0 1 1 *' }],
          leaderElection: { namespace: 'gitops-tortoise', leaseSeconds: 4 },
        },
      }),
    )
    const leads = ({ said }: Replica): boolean => said().includes('"msg":"became the leader"')
    plane.audited()
    const first = serve(settings, own)
    await until('the first leads', () => leads(first))
    const second = serve(settings, own)
    await until('the second is up', () => second.said().includes('"msg":"server started"'))
    await sleep(5000)
    expect(leads(second)).toBe(false)
    const holder = (): string =>
      kubectl([
        'get',
        'lease',
        'gitops-tortoise',
        '--namespace=gitops-tortoise',
        '--output=jsonpath={.spec.holderIdentity}',
      ])
    const before = holder()
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    await until('the second leads', () => leads(second))
    expect(holder()).not.toBe(before)
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    expect(holder()).toBe('')
    const asked = plane.audited().filter(({ user }) => user === account)
    expect([...new Set(asked.map(({ verb }) => verb))].sort()).toEqual(['create', 'get', 'update'])
    expect(asked.filter(({ path }) => !path.includes('/namespaces/gitops-tortoise/leases'))).toEqual([])
    const secrets = ['auth', 'can-i', 'get', 'secrets', `--as=${account}`]
    expect(() => kubectl(secrets)).toThrow()
  })
})
