import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'

/** A real Prometheus on the loopback interface, with history. */
export interface PrometheusLab {
  readonly url: string
  /** The process of the server, where this process started it. */
  readonly pid?: number
  readonly close: () => Promise<void>
}

const answers = (program: string): boolean => spawnSync(program, ['--version']).status === 0

/** Whether the programs that the lab needs are on the PATH. */
export const hasPrometheus = (): boolean => answers('prometheus') && answers('promtool')

/**
 * Starts a Prometheus that holds the given OpenMetrics samples: lines of `name{labels} value seconds`, as one text or
 * line by line (line ends and the closing `# EOF` are added when missing).
 */
export async function startPrometheus(metrics: string | AsyncIterable<string>): Promise<PrometheusLab> {
  const directory = await mkdtemp(join(tmpdir(), 'prometheus-lab-'))
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  try {
    await createBlocks(directory, metrics)
    return await serve(directory, remove)
  } catch (error) {
    await remove()
    throw error
  }
}

/** Starts an empty Prometheus that accepts remote writes of any age, in order of time; with the lines of its configuration. */
export async function startWritablePrometheus(config?: string): Promise<PrometheusLab> {
  const directory = await mkdtemp(join(tmpdir(), 'prometheus-lab-'))
  await mkdir(join(directory, 'data'))
  const remove = (): Promise<void> => rm(directory, { recursive: true, force: true })
  return serve(directory, remove, { flags: ['--web.enable-remote-write-receiver'], config })
}

async function* lines(metrics: string | AsyncIterable<string>): AsyncGenerator<string> {
  const last = '# EOF\n'
  if (typeof metrics === 'string') {
    yield metrics.endsWith(last) ? metrics : `${metrics.trimEnd()}\n${last}`
    return
  }
  for await (const line of metrics)
    if (line.trim() !== '# EOF') yield line.endsWith('\n') ? line : `${line}\n`
  yield last
}

async function createBlocks(directory: string, metrics: string | AsyncIterable<string>): Promise<void> {
  const file = join(directory, 'metrics.txt')
  await pipeline(Readable.from(lines(metrics)), createWriteStream(file))
  await mkdir(join(directory, 'data'))
  // Blocks of ten days instead of two hours: promtool reads the whole file once for each.
  const args = ['tsdb', 'create-blocks-from', '--quiet', '--max-block-duration=240h', 'openmetrics', file]
  const promtool = spawn('promtool', [...args, join(directory, 'data')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  promtool.stdout.on('data', (part: Buffer) => (output += part))
  promtool.stderr.on('data', (part: Buffer) => (output += part))
  const [code] = await once(promtool, 'close')
  if (code !== 0) throw new Error(`promtool failed: ${output}`)
  await rm(file)
}

interface ServerSettings {
  readonly flags?: readonly string[]
  readonly config?: string | undefined
}

async function serve(
  directory: string,
  remove: () => Promise<void>,
  { flags = [], config: text = 'scrape_configs: []\n' }: ServerSettings = {},
): Promise<PrometheusLab> {
  const config = join(directory, 'prometheus.yml')
  await writeFile(config, text)
  const address = `127.0.0.1:${await freePort()}`
  const args = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    '--storage.tsdb.retention.time=10y',
    `--web.listen-address=${address}`,
    '--log.level=error',
    ...flags,
  ]
  const child = spawn('prometheus', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] })
  const state = { output: '', ended: false }
  const ended = once(child, 'close').then(() => {
    state.ended = true
  })
  child.stderr.on('data', (part: Buffer) => (state.output += part))
  const reap = (): boolean => child.kill('SIGKILL')
  process.once('exit', reap)
  const close = async (): Promise<void> => {
    if (!state.ended) child.kill('SIGTERM')
    await ended
    process.off('exit', reap)
    await remove()
  }
  const url = `http://${address}`
  for (let tries = 0; tries < 3000 && !state.ended; tries++) {
    const response = await fetch(`${url}/-/ready`).catch(() => undefined)
    if (response?.ok === true) return { url, close, ...(child.pid !== undefined && { pid: child.pid }) }
    await sleep(100)
  }
  await close()
  throw new Error(`Prometheus did not become ready: ${state.output}`)
}
