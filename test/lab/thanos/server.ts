import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { type PrometheusLab, startWritablePrometheus } from '../prometheus.ts'
import { thanosProgram } from './parts.mjs'

/** A querier of Thanos, and the Prometheus behind its sidecar, which takes the samples. */
export interface ThanosLab extends PrometheusLab {
  readonly prometheus: PrometheusLab
}

/** Starts an empty Prometheus with a sidecar of Thanos, and a querier that reads from it. */
export async function startThanos(): Promise<ThanosLab> {
  const program = thanosProgram()
  if (program === undefined) throw new Error('Thanos is not built; test `thanosProgram` first.')
  const directory = mkdtempSync(join(tmpdir(), 'thanos-lab-'))
  const prometheus = await startWritablePrometheus(
    'global: {external_labels: {cluster: prod, replica: a}}\nscrape_configs: []\n',
  )
  const [store, querier] = [await addresses(), await addresses()]
  const start = (...args: readonly string[]) => spawn(program, args, { cwd: directory, stdio: 'ignore' })
  const children = [
    start('sidecar', `--prometheus.url=${prometheus.url}`, `--tsdb.path=${directory}`, ...flagsOf(store)),
    start('query', `--endpoint=${store.grpc}`, '--query.replica-label=replica', ...flagsOf(querier)),
  ]
  const url = `http://${querier.http}`
  await hasStore(url)
  return {
    url,
    prometheus,
    close: async () => {
      for (const child of children) {
        const ended = once(child, 'close')
        child.kill('SIGKILL')
        await ended
      }
      await prometheus.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const addresses = async () => ({
  grpc: `127.0.0.1:${await freePort()}`,
  http: `127.0.0.1:${await freePort()}`,
})

const flagsOf = ({ grpc, http }: Awaited<ReturnType<typeof addresses>>): readonly string[] => [
  `--grpc-address=${grpc}`,
  `--http-address=${http}`,
]

/** Waits until the querier knows the sidecar. */
async function hasStore(url: string): Promise<void> {
  for (let tried = 0; tried < 300; tried += 1) {
    const answer = await fetch(`${url}/api/v1/stores`).catch(() => undefined)
    if (answer?.ok === true && (await answer.text()).includes('"sidecar":[{')) return
    await sleep(100)
  }
  throw new Error('The querier of Thanos does not find its sidecar.')
}
