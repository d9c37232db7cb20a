import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../../config/schema.ts'
import { healthRules } from '../../../plugin/model/health.ts'
import type { Observation } from '../../../plugin/model/observation.ts'
import { usageRecorder } from '../../../plugin/model/recorder.ts'
import { packCounts } from '../../../plugin/model/series.ts'
import { bucketStart, cpuScale } from '../../../plugin/model/sketch.ts'
import { printValue } from '../../../plugin/model/value.ts'
import { parseSnapshot } from '../../../plugin/observe/snapshot.ts'
import { sharePerMillicore, sizeOf } from '../../../plugin/recommend/profiles/steady/cpu-price.ts'
import { forecast, recentMean } from '../../../plugin/recommend/profiles/steady/forecast.ts'
import { usageBlocks } from '../../../plugin/recommend/profiles/steady/usage-blocks.ts'
import { recommend } from '../../../plugin/recommend/recommend.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/how-it-decides.md'), 'utf8')
const folder = join(root, 'plugin/recommend')
const others = /^(krr|vpa|tortoise)/
const { profile: _, ...options } = settingsSchema.parse({}).recommend

/** The rows of the table of rules: rule, description, default, source. */
const rows = page
  .split('## The rules of `steady`')[1]
  ?.split('\n\n')
  .find((part) => part.startsWith('| rule'))
  ?.split('\n')
  .slice(2)
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim())
      .slice(1, -1),
  )

/** The table of costs for the demo's cart: each possible request, the time above it, and its cost. */
function priceTable(): string {
  const path = join(root, 'plugin/hosts/demo/files/snapshot.json')
  const { observations } = parseSnapshot(path, readFileSync(path, 'utf8'))
  const cart = observations.find(({ cluster, workload }) => cluster === 'prod' && workload.name === 'cart')
  const usage = cart?.containers.find(({ container }) => container === 'cart')?.cpu
  if (usage === undefined) throw new Error('the demo has no cart')
  const blocks = usageBlocks(usage)
  const sharePerUnit = sharePerMillicore(sizeOf(usage, recentMean(blocks, cpuScale)), options)
  const shares = forecast(blocks, cpuScale, { sharePerUnit, covered: options.cpuPercentile / 100 })
  const minutes = Math.round(sharePerUnit * 100 * 1440)
  const lines = [86, 87, 88, 89, 90, 91, 92].map((bucket) => {
    const request = bucketStart(cpuScale, bucket + 1)
    const above = shares.subarray(bucket + 1).reduce((sum, share) => sum + share, 0) * 1440
    const price = sharePerUnit * request * 1440
    return [`${request.toFixed(0)}m`, above.toFixed(1), price.toFixed(1), (above + price).toFixed(1)]
  })
  const least = Math.min(...lines.map(([, , , sum]) => Number(sum)))
  const marked = lines.map((cells) =>
    Number(cells[3]) === least ? cells.map((cell) => `**${cell}**`) : cells,
  )
  const head = ['request', 'minutes a day above it', `${minutes} minutes for each 100m`, 'together']
  return [head, head.map(() => '---'), ...marked].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Ten pods that share 4800m evenly for two weeks. */
function tenPods(): Observation {
  const frame = { first: Date.UTC(2026, 8, 1) / 1000 + 300, step: 300, count: 14 * 288 }
  const recorder = usageRecorder(cpuScale, frame)
  for (let slot = 0; slot < frame.count; slot += 1)
    for (let pod = 0; pod < 10; pod += 1) recorder.add(slot, 480)
  const cpu = recorder.finish()
  const series = packCounts(frame, new Float64Array(frame.count).fill(10))
  return {
    cluster: 'prod',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' },
    window: { from: '2026-09-01T00:00:00Z', to: '2026-09-15T00:00:00Z' },
    days: 14,
    coverage: 1,
    containers: [{ container: 'api', oomKills: 0, ...(cpu && { cpu }) }],
    replicas: { min: 10, max: 10, mean: 10, series },
  }
}

/** The recommendations of `steady` for them, as the page prints them. */
function hpaExample(): string {
  const observation = tenPods()
  const declared = {
    workload: observation.workload,
    containers: [{ name: 'api', role: 'main' as const, values: { 'requests.cpu': '1' } }],
    autoscaler: {
      minReplicas: 5,
      maxReplicas: 20,
      targets: [{ resource: 'cpu' as const, utilization: 50 }],
    },
  }
  const answers = recommend({ workloads: [declared] }, [observation], {
    options,
    rules: [],
    guarded: true,
    lastChange: () => undefined,
  })
  return answers
    .map((one) => {
      if (one.verdict === 'unsure') return `${one.field}: ${one.missing}`
      const [from, to] = [one.from, one.verdict === 'change' ? one.to : one.from]
      const moved = to === from ? ' stays' : ` → ${printValue(one.field, to)}`
      const because = one.because.map(({ rule, text }) => `    ${rule}  ${text}`)
      return [`${one.field}: ${printValue(one.field, from)}${moved}`, ...because].join('\n')
    })
    .join('\n')
}

describe('docs/how-it-decides.md', () => {
  it('names every rule of steady', () => {
    const sources = ['', 'profiles', 'profiles/steady'].flatMap((inner) =>
      readdirSync(join(folder, inner))
        .filter((name) => name.endsWith('.ts') && !others.test(name))
        .map((name) => join(inner, name)),
    )
    const rules = sources.flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/reason\(\s*'([\w.-]+)'|rule: '([\w.-]+)'/g),
    ])
    const named = rules.map(([, one, other]) => one ?? other ?? '')
    const names = [...new Set([...named, ...Object.values(healthRules), 'health.floor', 'health.waiting'])]
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })

  it('states the default and the source of every rule', () => {
    expect(rows?.length).toBeGreaterThan(20)
    expect(rows?.filter((cells) => cells.length !== 4 || cells[2] === '' || cells[3] === '')).toEqual([])
  })

  it('states each setting with the default of the schema', () => {
    const said = (rows ?? []).flatMap(([, , usual = '']) => [
      ...usual.matchAll(/`(\w+)(?:\.(\w+))?`(?: (\d+)(?:–(\d+))?)?/g),
    ])
    const settings: Readonly<Record<string, unknown>> = {
      ...options,
      health: settingsSchema.parse({}).health,
    }
    const wrong = said.flatMap(([text, name = '', part, low, high]) => {
      const found = settings[name] as number | { [key: string]: number } | undefined
      const expected =
        typeof found === 'object'
          ? part === undefined
            ? [found['minimum'], found['maximum']]
            : [found[part]]
          : [found]
      const given = [low, high].filter((one) => one !== undefined).map(Number)
      const known = expected.every((one) => one !== undefined)
      return known && (given.length === 0 || String(given) === String(expected)) ? [] : [text]
    })
    expect(said.length).toBeGreaterThan(10)
    expect(wrong).toEqual([])
  })

  it('shows the table of costs of its example as the code computes it', () => {
    expect(page).toContain(priceTable())
  })

  it('shows the HPA example as the code computes it', () => {
    expect(page).toContain(hpaExample())
  })
})
