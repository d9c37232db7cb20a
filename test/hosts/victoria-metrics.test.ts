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
import { victoriaProgram } from '../lab/victoria-metrics/parts.mjs'
import { flushed, startVictoriaMetrics } from '../lab/victoria-metrics/server.ts'
import { type Ended, tortoise } from './program.ts'

const isHere = victoriaProgram() !== undefined && hasPrometheus()
if (!isHere)
  console.warn('VictoriaMetrics is not tested. Run `npm run lab:victoria-metrics` (needs Go and Prometheus).')

const fleet = { workloads: 12, days: 3, scrape: 60, end: Date.UTC(2026, 8, 14, 6) / 1000 }
const writtenSeconds = 3600

describe.skipIf(!isHere)('a real VictoriaMetrics', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-victoria-'))
  let servers: readonly PrometheusLab[] = []
  let read: readonly (readonly Observation[])[] = []

  async function fill({ url }: PrometheusLab): Promise<void> {
    const pods = podsOf(fleet)
    for (let from = fleet.end - (fleet.days + 1) * 86_400; from <= fleet.end; from += writtenSeconds) {
      const to = Math.min(from + writtenSeconds, fleet.end + 1)
      await remoteWrite(url, seriesOf(pods, from, to, fleet.scrape))
    }
  }
  const snapshot = (url: string, out: string): Promise<Ended> =>
    tortoise(
      [
        'snapshot',
        ...['--repo', join(work, 'repository')],
        ...['--prometheus', url],
        ...['--until', new Date(fleet.end * 1000).toISOString()],
        ...['--out', out],
      ],
      { cwd: work },
    )

  beforeAll(async () => {
    mkdirSync(join(work, 'repository'))
    writeFileSync(join(work, 'repository/tortoise.yaml'), `history: {days: ${fleet.days}}\n`)
    const victoria = await startVictoriaMetrics()
    servers = [victoria, await startWritablePrometheus()]
    for (const server of servers) await fill(server)
    await flushed(victoria)
    for (const [index, { url }] of servers.entries()) {
      const ended = await snapshot(url, `${index}.json`)
      expect(ended).toMatchObject({ status: 0 })
    }
    read = servers.map((_, index) => {
      const file = join(work, `${index}.json`)
      return parseSnapshot(file, readFileSync(file, 'utf8')).observations
    })
  }, 240_000)
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.close()))
    rmSync(work, { recursive: true, force: true })
  })

  it('has the same workloads, days and pods as Prometheus', () => {
    const facts = read.map((observations) =>
      observations.map(({ workload, days, coverage, replicas, containers }) => ({
        workload: workloadKey(workload),
        days: Math.round(days * 100),
        coverage: Math.round(coverage * 100),
        replicas: replicas?.max,
        containers: containers.map(({ container }) => container),
      })),
    )
    expect(facts[0]).toHaveLength(fleet.workloads)
    expect(facts[0]).toEqual(facts[1])
  })

  it('has the same memory as Prometheus, and CPU that differs by less than 5 %', () => {
    const [victoria = [], prometheus = []] = read
    for (const [index, one] of victoria.entries())
      for (const [nth, { cpu, memory }] of one.containers.entries()) {
        const other = prometheus[index]?.containers[nth]
        expect(memory?.peak).toBe(other?.memory?.peak)
        expect((cpu?.peak ?? 0) / (other?.cpu?.peak ?? Number.NaN)).toBeCloseTo(1, 1)
        expect(Math.abs((cpu?.samples ?? 0) / (other?.cpu?.samples ?? Number.NaN) - 1)).toBeLessThan(0.01)
      }
  })
})
