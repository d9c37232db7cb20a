import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startControlPlane } from '../lab/cluster/control-plane.ts'
import { installDefinitions } from '../lab/cluster/inhabit.ts'
import { inhabitPeers } from '../lab/peers/cluster.ts'
import { peerFleet, podsOf } from '../lab/peers/fleet.ts'
import { vpaProgram } from '../lab/peers/parts.mjs'
import { runKrr } from '../lab/peers/programs.ts'
import { fillWith } from '../lab/peers/side-by-side.ts'
import { startWritablePrometheus } from '../lab/prometheus.ts'
import { measured } from './measured.ts'

const days = 8

/** `tortoise snapshot` against KRR on one real Prometheus: 48 workloads, scraped every minute, over eight days. KRR reads until now. */
export async function observeAgainstKrr(): Promise<Readonly<Record<string, number>>> {
  const workloads = peerFleet.slice(0, Number(process.env['BENCH_WORKLOADS'] ?? 48))
  const [server, plane] = [await startWritablePrometheus(), await startControlPlane()]
  const root = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  try {
    // The history ends a little later than the last run needs.
    const end = Math.floor(Date.now() / 60_000) * 60 + 900
    const begin = Math.floor(end / 3600) * 3600 - days * 86_400 - 3600
    const pods = workloads.flatMap((workload) => podsOf(workload, begin, end))
    await fillWith(server.url, pods, { begin, end, scrape: 60 })
    await installDefinitions(plane, vpaProgram()?.definitions)
    await inhabitPeers(plane, workloads, pods)
    writeFileSync(join(root, 'tortoise.yaml'), `clusters: [{name: prod}]\nhistory: {days: ${days}}\n`)
    const krr = (minutes: number) => () => runKrr(plane, server.url, { hours: days * 24, minutes })
    const runs = [
      ['tortoise', () => snapshot(root, server.url)],
      // The second of its two runs finds the finished days in the cache, as each daily run does.
      ['tortoiseDaily', () => snapshot(root, server.url, '--cache', join(root, 'cache'))],
      ['krr', krr(1.25)],
      ['krrAtFiveMinutes', krr(5)],
    ] as const
    const figures: Record<string, number> = { workloads: workloads.length, pods: pods.length, days }
    for (const [name, run] of runs) Object.assign(figures, named(name, await lowest(server.url, run)))
    return figures
  } finally {
    await server.close()
    await plane.close()
    rmSync(root, { recursive: true, force: true })
  }
}

const snapshot = (root: string, url: string, ...more: readonly string[]): Promise<unknown> => {
  const place = ['--repo', root, '--prometheus', url, '--out', join(root, 'out.json')]
  return measured(process.execPath, [join(process.cwd(), 'dist/tortoise.js'), 'snapshot', ...place, ...more])
}

/** What one run took: time on the clock, and of the server its processor time, answers and their bytes as sent. */
interface Cost {
  readonly seconds: number
  readonly serverSeconds: number
  readonly queries: number
  readonly megabytes: number
}

/** The cost of the cheaper of two runs. */
async function lowest(url: string, run: () => Promise<unknown>): Promise<Cost> {
  const [one, other] = [await costOf(url, run), await costOf(url, run)]
  return one.serverSeconds < other.serverSeconds ? one : other
}

async function costOf(url: string, run: () => Promise<unknown>): Promise<Cost> {
  const [before, began] = [await counters(url), performance.now()]
  await run()
  const seconds = (performance.now() - began) / 1000
  const after = await counters(url)
  return {
    seconds,
    serverSeconds: after.processor - before.processor,
    queries: after.queries - before.queries,
    megabytes: (after.bytes - before.bytes) / 1e6,
  }
}

/** The server's own counters of its processor time, and of queries and bytes of its API. */
async function counters(url: string) {
  const text = await (await fetch(`${url}/metrics`)).text()
  const sum = (pattern: RegExp): number =>
    [...text.matchAll(pattern)].reduce((all, [, value]) => all + Number(value), 0)
  return {
    processor: sum(/^process_cpu_seconds_total (\S+)$/gm),
    queries: sum(/^prometheus_http_requests_total\{.*handler="\/api\/v1\/[^"]+".*\} (\S+)$/gm),
    bytes: sum(/^prometheus_http_response_size_bytes_sum\{.*handler="\/api\/v1\/[^"]+".*\} (\S+)$/gm),
  }
}

const named = (name: string, cost: Cost): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(cost).map(([key, value]) => [`${name}.${key}`, Math.round(value * 100) / 100]),
  )
