import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { directoryStore } from '../../../../plugin/io/day-store.ts'
import {
  observePrometheus,
  type PrometheusUsage,
} from '../../../../plugin/observe/prometheus/observe-prometheus.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../../../lab/prometheus.ts'
import { from, history, to } from './history.ts'

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: kept days of a real server are not tested')

describe.skipIf(!hasPrometheus())('cached days', () => {
  let lab: PrometheusLab
  let directory = ''
  beforeAll(async () => {
    lab = await startPrometheus(history())
  })
  afterAll(() => lab.close())
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tortoise-days-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  // The second day ends with the window: late samples may still arrive, so only the first day is cached.
  const observe = (more: object = {}, end = to): Promise<PrometheusUsage> =>
    observePrometheus(
      {
        cluster: 'prod',
        url: lab.url,
        window: { from: new Date(from * 1000), to: new Date(end * 1000) },
        labels: { cluster: 'prod' },
        ...more,
      },
      { fetch, progress: () => undefined, store: directoryStore(directory) },
    )
  const files = (): readonly string[] =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.gz'))
      .map((name) => join(directory, name))

  it('give the same result with fewer queries', async () => {
    const cold = await observe()
    expect(files().map((name) => name.slice(-18))).toEqual(['2026-09-01.json.gz'])
    const warm = await observe()
    expect(warm.observations).toEqual(cold.observations)
    // The probe, all facts of the second day, and its usage.
    expect(warm.cost.queries).toBe(3)
  })

  it('begin where the window begins, unless the whole day is cached', async () => {
    const late = { window: { from: new Date((from + 13 * 3600 + 120) * 1000), to: new Date(to * 1000) } }
    const starts = ({ observations }: PrometheusUsage): readonly string[] => [
      ...new Set(observations.map(({ window }) => window.from)),
    ]
    const cold = await observe(late)
    expect(starts(cold)).toEqual(['2026-09-01T13:00:00.000Z'])
    expect(Math.max(...cold.observations.map(({ days }) => days))).toBeCloseTo(1 + 11 / 24, 2)
    expect(files().map((name) => name.slice(-27))).toEqual(['2026-09-01T13-00-00.json.gz'])
    const warm = await observe(late)
    expect(warm.observations).toEqual(cold.observations)
    expect(warm.cost.queries).toBeLessThan(cold.cost.queries)
    const whole = await observe()
    expect(files().map((name) => name.slice(-18))).toEqual(['2026-09-01.json.gz'])
    const later = await observe(late)
    expect(later.observations).toEqual(whole.observations)
    expect(starts(later)).toEqual(['2026-09-01T00:00:00.000Z'])
  })

  it('are read again when they are damaged', async () => {
    const cold = await observe()
    const [file = ''] = files()
    const whole = gunzipSync(readFileSync(file)).toString()
    for (const damaged of [
      gzipSync(whole.replace('"samples":[', '"samples":[1')),
      gzipSync(whole.slice(0, 200)),
      Buffer.from('no gzip'),
      Buffer.alloc(0),
    ]) {
      writeFileSync(file, damaged)
      const again = await observe()
      expect(again.observations).toEqual(cold.observations)
      expect(again.findings).toContainEqual(expect.objectContaining({ code: 'cache-damaged' }))
      expect(gunzipSync(readFileSync(file)).toString()).toBe(whole)
    }
  })

  it('are separate for other queries, and deleted when they are no longer needed', async () => {
    await observe()
    const before = files()
    const other = await observe({ namespaces: ['shop'] })
    expect(other.findings.map(({ code }) => code)).not.toContain('cache-damaged')
    expect(files()).not.toEqual(before)
    expect(files()).toHaveLength(1)
  })

  it('of jobs that no longer run are deleted when they are older than the window; gathered samples are kept', async () => {
    const store = directoryStore(directory)
    for (const name of [
      'prod/3-of-4/aa/2026-08-30.json',
      'prod/3-of-4/aa/2026-09-01.json',
      'prod/samples/aa/2026-08-30.json',
      'other/3-of-4/aa/2026-08-30.json',
    ])
      await store.write(name, 'text')
    await observe()
    const kept = files().map((file) => file.slice(directory.length + 1).replaceAll('\\', '/'))
    expect(kept.filter((file) => file.includes('/aa/')).sort()).toEqual([
      'other/3-of-4/aa/2026-08-30.json.gz',
      'prod/3-of-4/aa/2026-09-01.json.gz',
      'prod/samples/aa/2026-08-30.json.gz',
    ])
    expect(kept).toHaveLength(4)
  })
})
