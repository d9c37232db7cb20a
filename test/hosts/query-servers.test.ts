import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../plugin/model/observation.ts'
import { workloadKey } from '../../plugin/model/workload.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import { podsOf, seriesOf } from '../bench/observe-fleet.ts'
import { hasPrometheus, type PrometheusLab, startWritablePrometheus } from '../lab/prometheus.ts'
import { remoteWrite } from '../lab/remote-write.ts'
import { thanosProgram } from '../lab/thanos/parts.mjs'
import { startThanos } from '../lab/thanos/server.ts'
import { victoriaProgram } from '../lab/victoria-metrics/parts.mjs'
import { flushed, startVictoriaMetrics } from '../lab/victoria-metrics/server.ts'
import { tortoise } from './program.ts'

const fleet = { workloads: 12, days: 3, scrape: 60, end: Date.UTC(2026, 8, 14, 6) / 1000 }
const writtenSeconds = 3600

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

async function fill({ url }: Pick<PrometheusLab, 'url'>): Promise<void> {
  const pods = podsOf(fleet)
  for (let from = fleet.end - (fleet.days + 1) * 86_400; from <= fleet.end; from += writtenSeconds) {
    const to = Math.min(from + writtenSeconds, fleet.end + 1)
    await remoteWrite(url, seriesOf(pods, from, to, fleet.scrape))
  }
  await flushed({ url }).catch(() => undefined)
}

async function observe(url: string, parameters: Opened['parameters'] = {}): Promise<readonly Observation[]> {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-servers-'))
  try {
    mkdirSync(join(work, 'repository'))
    writeFileSync(join(work, 'repository/tortoise.yaml'), `history: {days: ${fleet.days}}\n`)
    const clusters = [{ name: 'prod', prometheus: { url, parameters } }]
    writeFileSync(join(work, 'operator.yaml'), JSON.stringify({ clusters }))
    const until = new Date(fleet.end * 1000).toISOString()
    const args = ['--repo', 'repository', '--operator-settings', 'operator.yaml', '--until', until]
    const ended = await tortoise(['snapshot', ...args, '--out', 'usage.json'], { cwd: work })
    expect(ended).toMatchObject({ status: 0 })
    expect(ended.stderr).not.toContain('is skipped')
    return parseSnapshot('usage.json', readFileSync(join(work, 'usage.json'), 'utf8')).observations
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

describe.each(servers)('a real $name', ({ program, open }) => {
  describe.skipIf(program === undefined || !hasPrometheus())('beside Prometheus', () => {
    const closing: PrometheusLab[] = []
    let own: readonly Observation[] = []
    let prometheus: readonly Observation[] = []
    let within = 0

    beforeAll(async () => {
      const { server, written, parameters, cpuWithin } = await open()
      const beside = await startWritablePrometheus()
      closing.push(server, beside)
      within = cpuWithin
      for (const one of [written, beside]) await fill(one)
      own = await observe(server.url, parameters)
      prometheus = await observe(beside.url)
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
