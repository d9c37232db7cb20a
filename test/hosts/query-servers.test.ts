import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../plugin/model/observation.ts'
import { workloadKey } from '../../plugin/model/workload.ts'
import { readPods } from '../../plugin/observe/prometheus/read-pods.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import { podsOf, seriesOf } from '../bench/observe-fleet.ts'
import { hasPrometheus, type PrometheusLab, startWritablePrometheus } from '../lab/prometheus.ts'
import { remoteWrite, type WrittenSeries } from '../lab/remote-write.ts'
import { thanosProgram } from '../lab/thanos/parts.mjs'
import { startThanos } from '../lab/thanos/server.ts'
import { victoriaProgram } from '../lab/victoria-metrics/parts.mjs'
import { flushed, startVictoriaMetrics } from '../lab/victoria-metrics/server.ts'
import { tortoise } from './program.ts'

const fleet = { workloads: 12, days: 3, scrape: 60, end: Date.UTC(2026, 8, 14, 6) / 1000 }
const writtenSeconds = 3600

/** How a server is asked. */
interface HttpRequest {
  readonly url: string
  readonly parameters?: Readonly<Record<string, string>>
}

/** A server that is queried, and the one that its samples are written to. */
interface Opened {
  readonly server: PrometheusLab
  readonly written: Pick<PrometheusLab, 'url'>
  readonly parameters?: Readonly<Record<string, string>>
  /** How far CPU may be from that of Prometheus, as a share. */
  readonly cpuWithin: number
}

const servers = [
  {
    name: 'VictoriaMetrics',
    program: victoriaProgram(),
    setup: 'npm run lab:victoria-metrics',
    open: async (): Promise<Opened> => {
      const server = await startVictoriaMetrics()
      // Its rate does not extrapolate.
      return { server, written: server, cpuWithin: 0.05 }
    },
  },
  {
    name: 'Thanos',
    program: thanosProgram(),
    setup: 'npm run lab:thanos',
    open: async (): Promise<Opened> => {
      const server = await startThanos()
      // As docs/observe.md says.
      const parameters = { dedup: 'true', partial_response: 'false', max_source_resolution: '0s' }
      return { server, written: server.prometheus, parameters, cpuWithin: 0 }
    },
  },
]

for (const { name, program, setup } of servers)
  if (program === undefined) console.warn(`${name} is not tested. Run \`${setup}\` to build it (needs Go).`)

/** A workload whose second pod was created a day before the end, and restarted once since. */
const changed = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'changed', name: 'web' }
const [first, second] = [fleet.end - 30 * 86_400, fleet.end - 86_400]
const restarted = fleet.end - 5 * 3600

/** What kube-state-metrics says of these pods, after `from` and until `to`. */
function startsOf(from: number, to: number): readonly WrittenSeries[] {
  const times = Array.from({ length: Math.floor((to - from) / 240) }, (_, nth) => from + (nth + 1) * 240)
  const series = (name: string, pod: string, value: (time: number) => number, since = 0): WrittenSeries => ({
    labels: { __name__: name, namespace: changed.namespace, pod: `web-${pod}` },
    samples: times.filter((time) => time >= since).map((time) => [time, value(time)]),
  })
  const restarts = (time: number): number => (time > restarted ? 1 : 0)
  return [
    series('kube_pod_created', '5d4f8c7b9-zzzzz', () => first),
    series('kube_pod_created', '6f7c9d5b8-ccccc', () => second, second),
    series('kube_pod_container_status_restarts_total', '6f7c9d5b8-ccccc', restarts, second),
  ].filter(({ samples }) => samples.length > 0)
}

async function fill({ url }: Pick<PrometheusLab, 'url'>): Promise<void> {
  const pods = podsOf(fleet)
  for (let from = fleet.end - (fleet.days + 1) * 86_400; from <= fleet.end; from += writtenSeconds) {
    const to = Math.min(from + writtenSeconds, fleet.end + 1)
    await remoteWrite(url, [...seriesOf(pods, from, to, fleet.scrape), ...startsOf(from, to)])
  }
  await flushed({ url }).catch(() => undefined)
}

/** What a run with empty caches observes, and one that finds all finished days in its cache. */
async function observe(
  url: string,
  parameters: Opened['parameters'] = {},
): Promise<readonly [cold: readonly Observation[], warm: readonly Observation[]]> {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-servers-'))
  try {
    mkdirSync(join(work, 'repository'))
    writeFileSync(join(work, 'repository/tortoise.yaml'), `history: {days: ${fleet.days}}\n`)
    const clusters = [{ name: 'prod', prometheus: { url, parameters } }]
    writeFileSync(join(work, 'operator.yaml'), JSON.stringify({ clusters }))
    const until = new Date(fleet.end * 1000).toISOString()
    const args = ['--repo', 'repository', '--operator-settings', 'operator.yaml', '--until', until]
    const snapshot = async (): Promise<readonly Observation[]> => {
      const out = ['--out', 'usage.json', '--cache', 'days']
      const ended = await tortoise(['snapshot', ...args, ...out], { cwd: work })
      expect(ended).toMatchObject({ status: 0 })
      expect(ended.stderr).not.toContain('is skipped')
      return parseSnapshot('usage.json', readFileSync(join(work, 'usage.json'), 'utf8')).observations
    }
    return [await snapshot(), await snapshot()]
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

describe.each(servers)('a real $name', ({ program, open }) => {
  describe.skipIf(program === undefined || !hasPrometheus())('beside Prometheus', () => {
    const closing: PrometheusLab[] = []
    let own: readonly Observation[] = []
    let warm: readonly Observation[] = []
    let prometheus: readonly Observation[] = []
    let ports: readonly HttpRequest[] = []
    let within = 0

    beforeAll(async () => {
      const { server, written, parameters, cpuWithin } = await open()
      const beside = await startWritablePrometheus()
      closing.push(server, beside)
      within = cpuWithin
      for (const one of [written, beside]) await fill(one)
      ;[own, warm] = await observe(server.url, parameters)
      ;[prometheus] = await observe(beside.url)
      ports = [{ url: server.url, ...(parameters && { parameters }) }, { url: beside.url }]
    }, 240_000)
    afterAll(() => Promise.all(closing.map((one) => one.close())))

    const factsOf = (observations: readonly Observation[]) =>
      observations.map(({ workload, days, coverage, replicas, containers }) => ({
        workload: workloadKey(workload),
        days: Math.round(days * 100),
        coverage: Math.round(coverage * 100),
        replicas: replicas?.max,
        containers: containers.map(({ container }) => container),
      }))

    it('has the same workloads, days and pods', () => {
      expect(own).toHaveLength(fleet.workloads)
      expect(factsOf(own)).toEqual(factsOf(prometheus))
    })

    it('has the same in a run that finds the days before in its cache', () => {
      expect(warm).toEqual(own)
    })

    it('has the same starts and restarts of the pods of a changed workload', async () => {
      const request = { workloads: [changed], to: new Date(fleet.end * 1000), days: 3 }
      const warnings: unknown[] = []
      const [found, beside] = await Promise.all(
        ports.map((one) =>
          readPods({ ...request, ...one }, { fetch, progress: (event) => warnings.push(event) }),
        ),
      )
      expect(warnings).toEqual([])
      const facts = found?.get(workloadKey(changed))
      expect(facts?.starts.map(({ created }) => created).sort()).toEqual([first, second].sort())
      expect(facts?.events).toEqual([{ what: 'restarted', time: expect.any(Number), count: 1 }])
      expect([...(beside ?? [])].map(([key]) => key)).toEqual([...(found ?? [])].map(([key]) => key))
      expect(beside?.get(workloadKey(changed))?.starts).toHaveLength(2)
    })

    it('has the same memory, and CPU as near as its rate allows', () => {
      for (const [index, one] of own.entries())
        for (const [nth, { cpu, memory }] of one.containers.entries()) {
          const other = prometheus[index]?.containers[nth]
          expect(memory?.peak).toBe(other?.memory?.peak)
          const ratio = (cpu?.peak ?? 0) / (other?.cpu?.peak ?? Number.NaN)
          expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(within)
          expect(Math.abs((cpu?.samples ?? 0) / (other?.cpu?.samples ?? Number.NaN) - 1)).toBeLessThan(0.01)
        }
    })
  })
})
