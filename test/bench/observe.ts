import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PrometheusLab } from '../lab/prometheus.ts'
import { krrQueries } from './krr-queries.ts'
import { measured } from './measured.ts'
import { fleet, fleetServer } from './observe-server.ts'
import { processorOf } from './processor.ts'

const until = new Date(fleet.end * 1000).toISOString()

/**
 * `tortoise snapshot` of a fleet on a real Prometheus, cold and warm, against curl with the same queries, four at once, and against
 * the queries of KRR with steps of five minutes and as it has them by default. `…ServerSeconds` is processor time of the server.
 */
export async function observeAgainstCurl(): Promise<Readonly<Record<string, number>>> {
  const server = await fleetServer()
  const root = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  try {
    const snapshot = (url: string, ...more: readonly string[]) =>
      measured(process.execPath, [join(process.cwd(), 'dist/tortoise.js'), ...arguments_(root, url), ...more])
    const cache = ['--cache', join(root, 'cache')]
    // Once through a proxy that counts and keeps the queries; it also warms the server's own caches for both sides.
    const first = await recorded(server.url, (url) => snapshot(url, ...cache))
    const warm = await recorded(server.url, (url) => snapshot(url, ...cache))
    const cold = await onServer(server, () => snapshot(server.url))
    const again = await onServer(server, () => snapshot(server.url, ...cache))
    const bare = (await onServer(server, () => curl(root, server.url, first.bodies))).result
    const krr = await onServer(server, () => krrQueries(server.url, fleet, 300))
    const krrDefault = await onServer(server, () => krrQueries(server.url, fleet, 75))
    return {
      workloads: fleet.workloads,
      days: fleet.days,
      coldQueries: first.bodies.length,
      warmQueries: warm.bodies.length,
      coldSeconds: round(cold.result.seconds),
      coldServerSeconds: round(cold.serverSeconds),
      curlSeconds: round(bare.seconds),
      ratio: round(cold.result.seconds / bare.seconds),
      coldPeakMiB: cold.result.peakMiB,
      warmSeconds: round(again.result.seconds),
      warmServerSeconds: round(again.serverSeconds),
      krrQueries: krr.result.queries,
      krrSeconds: round(krr.result.seconds),
      krrServerSeconds: round(krr.serverSeconds),
      krrDefaultSeconds: round(krrDefault.result.seconds),
      krrDefaultServerSeconds: round(krrDefault.serverSeconds),
      coldToKrr: round(cold.result.seconds / krr.result.seconds),
      coldServerToKrr: round(cold.serverSeconds / krr.serverSeconds),
      warmToKrr: round(again.result.seconds / krr.result.seconds),
      warmServerToKrr: round(again.serverSeconds / krr.serverSeconds),
      warmPeakMiB: warm.result.peakMiB,
    }
  } finally {
    await server.close()
    rmSync(root, { recursive: true, force: true })
  }
}

/** Does something, and measures the processor time that the server takes meanwhile. */
async function onServer<T>({ pid }: PrometheusLab, work: () => Promise<T>) {
  const before = processorOf(pid)
  const result = await work()
  return { result, serverSeconds: processorOf(pid) - before }
}

const round = (value: number): number => Math.round(value * 100) / 100

function arguments_(root: string, url: string): readonly string[] {
  const [repository, operator] = [join(root, 'repository'), join(root, 'operator.yaml')]
  mkdirSync(repository, { recursive: true })
  // Long deadlines: on a busy machine, answers that come late would be asked for again in parts.
  const prometheus = `{url: "${url}", timeoutSeconds: 600}`
  writeFileSync(operator, `clusters: [{name: prod, prometheus: ${prometheus}}]\n`)
  writeFileSync(join(repository, 'tortoise.yaml'), `history: {days: ${fleet.days}}\n`)
  return [
    'snapshot',
    '--repo',
    repository,
    '--operator-settings',
    operator,
    '--until',
    until,
    '--out',
    join(root, 'out.json'),
  ]
}

interface Query {
  readonly path: string
  readonly body: string
}

async function recorded<T>(target: string, work: (url: string) => Promise<T>) {
  const bodies: Query[] = []
  const proxy = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    bodies.push({ path: request.url ?? '', body })
    const answer = await fetch(`${target}${request.url}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    response.writeHead(answer.status, { 'content-type': 'application/json' })
    for await (const part of answer.body ?? []) response.write(part)
    response.end()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  try {
    const result = await work(`http://127.0.0.1:${port}`)
    return { result, bodies }
  } finally {
    proxy.close()
    proxy.closeAllConnections()
  }
}

async function curl(root: string, url: string, queries: readonly Query[]) {
  const lines = queries.map(({ path, body }, index) => {
    const file = join(root, `query-${index}`)
    writeFileSync(file, body)
    return `-s --compressed -o /dev/null --data-binary @${file} ${url}${path}`
  })
  const list = join(root, 'queries')
  writeFileSync(list, `${lines.join('\n')}\n`)
  return measured('sh', ['-c', `xargs -P 4 -L 1 curl < ${list}`])
}
