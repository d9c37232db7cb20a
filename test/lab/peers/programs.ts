import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { toBytes, toMillicores } from '../../../plugin/model/quantity.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { freePort } from '../free-port.ts'
import { krrProgram, vpaProgram } from './parts.mjs'

/** Recommended requests by `namespace/workload/container`: cores as millicores, memory in bytes. */
export type Recommended = ReadonlyMap<string, { readonly cpu: number; readonly memory: number }>

/** How KRR reads: hours of history and minutes between two points. */
export interface KrrOptions {
  readonly hours: number
  readonly minutes: number
}

interface Scan {
  readonly object: { readonly namespace: string; readonly name: string; readonly container: string }
  readonly recommended: {
    readonly requests: Readonly<Record<'cpu' | 'memory', { readonly value: number | string }>>
  }
}

/** Runs KRR's strategy `simple` against a Prometheus and an API server. KRR reads until now. */
export async function runKrr(
  plane: ControlPlane,
  prometheus: string,
  { hours, minutes }: KrrOptions,
): Promise<Recommended> {
  const found = krrProgram()
  if (found === undefined) throw new Error('no KRR: npm run lab:peers installs it')
  const directory = mkdtempSync(join(tmpdir(), 'krr-'))
  const [kubeconfig, output] = [join(directory, 'kubeconfig'), join(directory, 'krr.json')]
  writeFileSync(kubeconfig, plane.kubeconfig())
  const args = [
    found.script,
    'simple',
    '--kubeconfig',
    kubeconfig,
    '--prometheus-url',
    prometheus,
    `--history_duration=${hours}`,
    `--timeframe_duration=${minutes}`,
    '--formatter=json',
    `--fileoutput=${output}`,
    '--quiet',
  ]
  try {
    await promisify(execFile)(found.python, args, {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: directory },
      maxBuffer: 1 << 27,
    })
    const { scans } = JSON.parse(readFileSync(output, 'utf8')) as { readonly scans: readonly Scan[] }
    return new Map(
      scans.map(({ object: { namespace, name, container }, recommended: { requests } }) => [
        `${namespace}/${name}/${container}`,
        { cpu: Number(requests.cpu.value) * 1000, memory: Number(requests.memory.value) },
      ]),
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Runs the VPA's recommender with its history provider for Prometheus until it has written a recommendation for every object. */
export async function runRecommender(plane: ControlPlane, prometheus: string): Promise<VpaRecommended> {
  const found = vpaProgram()
  if (found === undefined) throw new Error('no recommender: npm run lab:peers builds it')
  const directory = mkdtempSync(join(tmpdir(), 'vpa-'))
  writeFileSync(join(directory, 'kubeconfig'), plane.kubeconfig())
  const child = spawn(
    found.recommender,
    [
      `--kubeconfig=${join(directory, 'kubeconfig')}`,
      `--address=127.0.0.1:${await freePort()}`,
      '--storage=prometheus',
      `--prometheus-address=${prometheus}`,
      '--prometheus-cadvisor-job-name=kubelet',
      '--history-resolution=5m',
      '--metric-for-pod-labels=kube_pod_labels[8d]',
      '--pod-label-prefix=label_',
      '--pod-namespace-label=namespace',
      '--pod-name-label=pod',
      '--container-pod-name-label=pod',
      '--container-name-label=container',
      '--recommender-interval=10s',
      '--kube-api-qps=100',
      '--kube-api-burst=100',
    ],
    { cwd: directory, env: { PATH: '', HOME: directory }, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said = (said + text).slice(-4000)))
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  try {
    for (let tries = 0; tries < 240; tries += 1) {
      await sleep(1000)
      const known = await recommendedBy(plane)
      if (known !== undefined) return known
      if (child.exitCode !== null) break
    }
    throw new Error(`the recommender recommends nothing: ${said}`)
  } finally {
    child.kill('SIGKILL')
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
}

type Amounts = Readonly<Record<'cpu' | 'memory', string>>

/** The three recommendations of the VPA for each container. */
export type VpaRecommended = Readonly<Record<VpaAmount, Recommended>>
export type VpaAmount = 'target' | 'lowerBound' | 'upperBound'

interface Autoscaler {
  readonly metadata: { readonly namespace: string; readonly name: string }
  readonly status?: {
    readonly recommendation?: {
      readonly containerRecommendations?: readonly {
        readonly containerName: string
        readonly target: Amounts
        readonly lowerBound: Amounts
        readonly upperBound: Amounts
      }[]
    }
  }
}

/** What all VerticalPodAutoscalers of a cluster recommend; `undefined` until each has a recommendation. */
async function recommendedBy({ call }: ControlPlane): Promise<VpaRecommended | undefined> {
  const { items } = (await call('GET', '/apis/autoscaling.k8s.io/v1/verticalpodautoscalers')) as {
    readonly items: readonly Autoscaler[]
  }
  if (items.some(({ status }) => !status?.recommendation?.containerRecommendations?.length)) return undefined
  const valuesOf = (amount: VpaAmount): Recommended =>
    new Map(
      items.flatMap(({ metadata: { namespace, name }, status }) =>
        (status?.recommendation?.containerRecommendations ?? []).map(
          ({ containerName, [amount]: { cpu, memory } }) =>
            [
              `${namespace}/${name}/${containerName}`,
              { cpu: toMillicores(cpu) ?? Number.NaN, memory: toBytes(memory) ?? Number.NaN },
            ] as const,
        ),
      ),
    )
  return {
    target: valuesOf('target'),
    lowerBound: valuesOf('lowerBound'),
    upperBound: valuesOf('upperBound'),
  }
}
