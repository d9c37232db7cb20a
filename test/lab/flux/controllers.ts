import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ControlPlane } from '../cluster/control-plane.ts'
import { installDefinitions } from '../cluster/inhabit.ts'
import { freePort } from '../free-port.ts'
import { controllers, fluxDefinitions } from './build.mjs'

/** Whether the controllers were built here: `node test/lab/flux/build.mjs`. */
export const hasFlux = (): boolean =>
  Object.values(controllers).every((path) => existsSync(path)) &&
  existsSync(fluxDefinitions) &&
  readdirSync(fluxDefinitions).length >= 8

/** The controllers of Flux on a control plane. */
export interface FluxControllers {
  /** The last lines of what each said. */
  readonly said: () => string
  readonly close: () => Promise<void>
}

/** Installs Flux's custom resources and starts its source, kustomize and helm controllers as the administrator. */
export async function startFlux(plane: ControlPlane): Promise<FluxControllers> {
  await installDefinitions(plane, fluxDefinitions)
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-flux-'))
  writeFileSync(join(directory, 'kubeconfig'), plane.kubeconfig())
  const storage = `127.0.0.1:${await freePort()}`
  const own = ['--storage-path', directory, '--storage-addr', storage, '--storage-adv-addr', storage]
  const logs: string[] = []
  const start = async (name: string, more: readonly string[] = []) => {
    const addresses = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
    const args = ['--events-addr=', `--metrics-addr=${addresses[0]}`, `--health-addr=${addresses[1]}`]
    const child = spawn(controllers[name] ?? '', [...args, ...more], {
      cwd: directory,
      env: {
        PATH: '',
        HOME: directory,
        KUBECONFIG: join(directory, 'kubeconfig'),
        RUNTIME_NAMESPACE: 'flux-system',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const keep = (text: Buffer): void => void logs.push(`${name}: ${text}`)
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    return { child, ended: new Promise<void>((resolve) => child.on('close', () => resolve())) }
  }
  const started = [await start('source', own), await start('kustomize'), await start('helm')]
  return {
    said: () => logs.join('').slice(-6000),
    close: async () => {
      for (const { child } of started) child.kill('SIGKILL')
      await Promise.all(started.map(({ ended }) => ended))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
