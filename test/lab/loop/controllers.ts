import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { part } from '../cluster/parts.mjs'

const programs = ['kube-controller-manager', 'kube-scheduler'] as const

/** Controllers that run workloads. Those that need certificates, clouds or volumes are left out. */
const controllers = [
  'daemonset-controller',
  'deployment-controller',
  'disruption-controller',
  'garbage-collector-controller',
  'horizontal-pod-autoscaler-controller',
  'job-controller',
  'node-lifecycle-controller',
  'replicaset-controller',
  'resourcequota-controller',
  'statefulset-controller',
]

/** Milliseconds between two evaluations of an HPA. */
export const hpaSyncMs = 400

const flagsOf = (
  stabilizationMs: number,
): Readonly<Record<(typeof programs)[number], readonly string[]>> => ({
  'kube-controller-manager': [
    `--controllers=${controllers.join(',')}`,
    '--kube-api-qps=200',
    '--kube-api-burst=400',
    `--horizontal-pod-autoscaler-sync-period=${hpaSyncMs}ms`,
    `--horizontal-pod-autoscaler-downscale-stabilization=${stabilizationMs}ms`,
    '--horizontal-pod-autoscaler-initial-readiness-delay=1s',
  ],
  'kube-scheduler': [],
})

/** Whether the programs are there: `npm run lab:setup -- --all` builds them. */
export const hasControllers = (): boolean => programs.every((name) => part(name) !== undefined)

/** The controllers and the scheduler of a control plane. */
export interface Controllers {
  /** The process ids. */
  readonly pids: readonly number[]
  readonly close: () => Promise<void>
}

/**
 * Starts kube-controller-manager and kube-scheduler with the kubeconfig of the administrator. An HPA keeps its highest
 * recommendation for so many milliseconds: a rollout takes seconds here, and minutes elsewhere.
 */
export function startControllers(config: string, stabilizationMs: number): Controllers {
  const flags = flagsOf(stabilizationMs)
  const directory = mkdtempSync(join(tmpdir(), 'controllers-'))
  const kubeconfig = join(directory, 'kubeconfig')
  writeFileSync(kubeconfig, config)
  const children = programs.map((name) => {
    const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0']
    const child = spawn(part(name) ?? name, [...common, ...flags[name]], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    reportEnd(name, child)
    return child
  })
  const reap = (): void => {
    for (const child of children) child.kill('SIGKILL')
  }
  process.once('exit', reap)
  return {
    pids: children.flatMap(({ pid }) => pid ?? []),
    close: async () => {
      process.off('exit', reap)
      const ended = children.map((child) => (child.exitCode === null ? once(child, 'close') : undefined))
      reap()
      await Promise.all(ended)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Prints the last lines of a program that ends by itself. */
function reportEnd(name: string, child: ChildProcess): void {
  let log = ''
  child.stderr?.on('data', (text: Buffer) => (log = (log + text).slice(-3000)))
  child.once('exit', (code) => code !== null && console.error(`${name} ended (${code}): ${log}`))
}
