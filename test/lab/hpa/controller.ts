import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApiProxy } from '../cluster/api-proxy.ts'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { part } from '../cluster/parts.mjs'

/** Returns the response for a path of metrics.k8s.io. */
type Metrics = (namespace: string) => object

/** The real HPA controller, which reads usage from the lab. */
export interface RealController {
  /** Calls back at each evaluation of the Deployment of a namespace. */
  readonly onSync: (namespace: string, listener: () => void) => void
  readonly close: () => Promise<void>
}

/** Seconds between evaluations. Windows in scenarios are not multiples of it, so that none ends at an evaluation. */
export const syncSeconds = 3
/** Seconds that the highest recommendation holds for an HPA without a behaviour. */
export const downscaleStabilization = 10

const flags = [
  '--controllers=horizontal-pod-autoscaler-controller',
  '--leader-elect=false',
  '--secure-port=0',
  '--concurrent-horizontal-pod-autoscaler-syncs=20',
  `--horizontal-pod-autoscaler-sync-period=${syncSeconds}s`,
  `--horizontal-pod-autoscaler-downscale-stabilization=${downscaleStabilization}s`,
]

/** Starts kube-controller-manager with this one controller, behind a proxy that serves usage and sees every evaluation. */
export async function startController(plane: ControlPlane, metrics: Metrics): Promise<RealController> {
  const path = part('kube-controller-manager')
  if (path === undefined) throw new Error('no kube-controller-manager: npm run lab:setup -- --all builds it')
  const listeners = new Map<string, () => void>()
  const proxy = await startApiProxy(plane, ({ method, url: { pathname } }) => {
    const scale = /\/namespaces\/([^/]+)\/deployments\/[^/]+\/scale$/.exec(pathname)?.[1]
    if (scale !== undefined && method === 'GET') listeners.get(scale)?.()
    const asked = /^\/apis\/metrics\.k8s\.io\/v1beta1\/namespaces\/([^/]+)\/pods/.exec(pathname)?.[1]
    return asked === undefined ? undefined : metrics(asked)
  })
  const directory = mkdtempSync(join(tmpdir(), 'hpa-'))
  const kubeconfig = join(directory, 'kubeconfig')
  writeFileSync(kubeconfig, proxy.kubeconfig)
  const child = spawn(path, [`--kubeconfig=${kubeconfig}`, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  const log = keepEnd(child)
  child.once(
    'exit',
    (code) => code !== null && console.error(`kube-controller-manager ended (${code}): ${log()}`),
  )
  return {
    onSync: (namespace, listener) => void listeners.set(namespace, listener),
    close: async () => {
      const ended = child.exitCode === null ? once(child, 'close') : undefined
      child.kill('SIGKILL')
      await ended
      await proxy.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function keepEnd({ stderr }: ChildProcess): () => string {
  let text = ''
  stderr?.on('data', (part: Buffer) => (text = (text + part).slice(-5000)))
  return () => text
}
