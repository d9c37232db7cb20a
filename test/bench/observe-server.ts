import { once } from 'node:events'
import { hasPrometheus, type PrometheusLab, startWritablePrometheus } from '../lab/prometheus.ts'
import { remoteWrite } from '../lab/remote-write.ts'
import { type BenchFleet, podsOf, seriesOf } from './observe-fleet.ts'

const scrape = Number(process.env['BENCH_SCRAPE'] ?? 60)
const end = Date.parse(process.env['BENCH_END'] ?? '2026-09-14T12:00:00Z') / 1000

/** The fleet that is observed; smaller by `BENCH_WORKLOADS` and `BENCH_DAYS`, scraped every `BENCH_SCRAPE` seconds, later by `BENCH_END`. */
export const fleet: BenchFleet = {
  workloads: Number(process.env['BENCH_WORKLOADS'] ?? 1000),
  days: Number(process.env['BENCH_DAYS'] ?? 14),
  scrape,
  end: Math.floor(end / scrape) * scrape,
}

/** A Prometheus with the fleet in it: the one at `BENCH_PROMETHEUS`, which is left running, or a new one. */
export async function fleetServer(): Promise<PrometheusLab> {
  const kept = process.env['BENCH_PROMETHEUS']
  const pid = Number(process.env['BENCH_PROMETHEUS_PID'] ?? Number.NaN)
  if (kept !== undefined) return { url: kept, close: async () => undefined, ...(pid > 0 && { pid }) }
  if (!hasPrometheus()) throw new Error('prometheus and promtool must be on the PATH')
  const server = await startWritablePrometheus()
  try {
    await fill(server.url)
    return server
  } catch (error) {
    await server.close()
    throw error
  }
}

/** Keeps a filled server until it is interrupted, for several runs against it and for other programs. */
export async function keepServer(): Promise<Readonly<Record<string, number>>> {
  const server = await fleetServer()
  process.stderr.write(
    `BENCH_PROMETHEUS=${server.url} BENCH_PROMETHEUS_PID=${server.pid} until interrupted\n`,
  )
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await server.close()
  return { workloads: fleet.workloads, days: fleet.days }
}

async function fill(url: string): Promise<void> {
  const pods = podsOf(fleet)
  const begin = fleet.end - (fleet.days + 1) * 86_400
  // A server takes samples that are at most an hour older than its newest: an hour at a time for all pods.
  const span = 3600
  for (let from = begin; from <= fleet.end; from += span) {
    const to = Math.min(from + span, fleet.end + 1)
    const alive = pods.filter((pod) => pod.from < to && pod.to > from)
    for (let at = 0; at < alive.length; at += 1000)
      await remoteWrite(url, seriesOf(alive.slice(at, at + 1000), from, to, fleet.scrape))
    const done = Math.round(((from - begin) / (fleet.end - begin)) * 100)
    process.stderr.write(`\rfilling the server: ${done} %`)
  }
  process.stderr.write('\n')
}
