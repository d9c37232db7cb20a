import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { measured } from '../bench/measured.ts'
import { type Fault, type GeneratedFleet, startGeneratedPrometheus } from '../lab/generated-prometheus.ts'
import { program } from './program.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-memory-'))
const settings = join(root, 'tortoise.yaml')
writeFileSync(settings, 'clusters: [{name: prod}]\nhistory: {days: 2}\n')
const end = Date.UTC(2026, 8, 14) / 1000
// Four answers of 40 MB come at the same time: what held even one of them whole as objects would need the bound.
const workloads = 1000
const boundMiB = 250

/** Runs `tortoise snapshot` as a process of its own against a server that makes up its answers. */
async function snapshot(faults: Pick<GeneratedFleet, 'mostSeries' | 'fault'>) {
  const server = await startGeneratedPrometheus({ workloads, end, ...faults })
  const out = join(root, 'out.json')
  const until = new Date(end * 1000).toISOString()
  const where = ['--settings', settings, '--prometheus', server.url, '--until', until, '--out', out]
  try {
    const { peakMiB } = await measured(process.execPath, [program, 'snapshot', '--repo', root, ...where])
    const { observations } = JSON.parse(readFileSync(out, 'utf8')) as { observations: readonly object[] }
    return { peakMiB, observations, seen: server.seen }
  } finally {
    server.close()
  }
}

describe.skipIf(process.platform !== 'linux')('the memory of a run', () => {
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  let right: readonly object[] = []

  it('does not grow with the samples that are read', async () => {
    const { peakMiB, observations, seen } = await snapshot({})
    right = observations
    expect(observations).toHaveLength(workloads)
    expect(seen.bytes).toBeGreaterThan(150e6)
    expect(peakMiB).toBeGreaterThan(40)
    expect(peakMiB).toBeLessThan(boundMiB)
  })

  const breaks: readonly (Fault | undefined)[] = [
    { kind: 'cut', after: 5000 },
    { kind: 'status', status: 503 },
  ]
  it.each<[string, Pick<GeneratedFleet, 'mostSeries' | 'fault'>]>([
    ['breaks every answer off, then is busy', { fault: (nth) => breaks[nth - 1] }],
    [
      'refuses big answers and is slow with the rest',
      { mostSeries: 2500, fault: () => ({ kind: 'slow', milliseconds: 50 }) },
    ],
  ])(
    'stays bounded, and the numbers right, when the server %s',
    async (_, faults) => {
      const { peakMiB, observations } = await snapshot(faults)
      expect(peakMiB).toBeLessThan(boundMiB)
      expect(observations).toEqual(right)
    },
    900_000,
  )
})
