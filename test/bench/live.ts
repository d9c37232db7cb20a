import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { hasDefinitions, inhabit, installDefinitions } from '../lab/cluster/inhabit.ts'
import { measured } from './measured.ts'

/** `tortoise plan` of 1,000 Deployments among 1,800 workloads of a real kube-apiserver, and `kubectl get` of the same kinds beside it. */
export async function planLive(): Promise<Readonly<Record<string, number>>> {
  if (!hasControlPlane() || !hasDefinitions()) throw new Error('npm run lab:setup builds what this needs')
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-live-'))
  const plane = await startControlPlane()
  try {
    await installDefinitions(plane)
    await inhabit(plane, { namespaces: 10, deployments: 100 })
    return await measure(plane, directory)
  } finally {
    await plane.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function measure(plane: ControlPlane, directory: string): Promise<Readonly<Record<string, number>>> {
  const repository = join(directory, 'repository')
  const kubeconfig = join(directory, 'kubeconfig')
  writeFileSync(kubeconfig, plane.kubeconfig())
  process.env['KUBECONFIG'] = kubeconfig
  const apps = join(repository, 'apps')
  mkdirSync(apps, { recursive: true })
  const { items } = (await plane.call('GET', '/apis/apps/v1/deployments')) as { items: readonly Live[] }
  writeFileSync(join(apps, 'all.yaml'), items.map(manifest).join('---\n'))
  writeFileSync(
    join(repository, 'tortoise.yaml'),
    'sources: [{path: apps}]\nclusters: [{name: lab, kubernetes: {}}]\n',
  )
  const plan = await measured(process.execPath, [
    'dist/tortoise.js',
    'plan',
    '--repo',
    repository,
    '-o',
    'json',
  ])
  const snapshot = join(directory, 'snapshot.json')
  const read = await measured(process.execPath, [
    'dist/tortoise.js',
    'snapshot',
    '--repo',
    repository,
    '--out',
    snapshot,
  ])
  const kinds = 'deployments,statefulsets,daemonsets,cronjobs,rollouts.argoproj.io,replicasets,pods,hpa,vpa'
  const kubectl = await measured('kubectl', ['get', kinds, '--all-namespaces', '-o', 'json'])
  return {
    workloads: Number(/Recorded (\d+)/.exec(read.stdout)?.[1] ?? 0),
    listed: new Set(plan.stdout.match(/team-\d+[^}]*?api-\d+/g)).size,
    planSeconds: rounded(plan.seconds),
    planPeakMiB: plan.peakMiB,
    readSeconds: rounded(read.seconds),
    readPeakMiB: read.peakMiB,
    kubectlSeconds: rounded(kubectl.seconds),
    ratio: rounded(read.seconds / kubectl.seconds),
  }
}

interface Live {
  readonly metadata: { readonly namespace: string; readonly name: string }
  readonly spec: unknown
}

const manifest = ({ metadata: { namespace, name }, spec }: Live): string =>
  `${JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name }, spec }, null, 1)}\n`

const rounded = (value: number): number => Math.round(value * 100) / 100
