import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import type { PrometheusLab } from '../prometheus.ts'
import { victoriaProgram } from './parts.mjs'

/** Starts an empty single-node VictoriaMetrics that takes samples of the last ten years. */
export async function startVictoriaMetrics(): Promise<PrometheusLab> {
  const program = victoriaProgram()
  if (program === undefined) throw new Error('VictoriaMetrics is not built; test `victoriaProgram` first.')
  const directory = mkdtempSync(join(tmpdir(), 'victoria-lab-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const flags = [
    `-storageDataPath=${directory}`,
    `-httpListenAddr=${new URL(url).host}`,
    '-retentionPeriod=10y',
    // Samples are there as soon as they are written.
    '-search.latencyOffset=0s',
  ]
  const child = spawn(program, flags, { stdio: 'ignore' })
  for (let tried = 0; ; tried += 1) {
    const answer = await fetch(`${url}/health`).catch(() => undefined)
    if (answer?.ok === true) break
    if (tried === 100) throw new Error('VictoriaMetrics does not start.')
    await sleep(100)
  }
  return {
    url,
    close: async () => {
      const ended = once(child, 'close')
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Makes samples that were just written visible to queries. */
export const flushed = ({ url }: Pick<PrometheusLab, 'url'>): Promise<unknown> =>
  fetch(`${url}/internal/force_flush`)
