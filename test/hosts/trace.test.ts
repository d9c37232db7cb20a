import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import traceSchema from '../../config/trace.schema.json' with { type: 'json' }
import { fieldsOf } from '../../plugin/model/manifest.ts'
import { demoFiles, demoSources, read, renderBare, tortoise } from './program.ts'

interface Row {
  readonly workload: { readonly kind: string; readonly name: string }
  readonly container?: string
  readonly field: string
  readonly value: string
  readonly site: {
    readonly file: string
    readonly line: number
    readonly column: number
    readonly text: string
    readonly range: readonly [number, number]
  }
  readonly chosen: string | null
  readonly reason?: string
  readonly sharedWith: readonly { readonly source: string }[]
}

const work = { directory: '' }
beforeAll(() => {
  work.directory = mkdtempSync(join(tmpdir(), 'tortoise-trace-test-'))
  cpSync(join(demoFiles, 'repository'), work.directory, { recursive: true })
})
afterAll(() => rmSync(work.directory, { recursive: true, force: true }))

async function trace(args: readonly string[]): Promise<readonly Row[]> {
  const [kind, ...rest] = args
  const source =
    kind === 'kubectl'
      ? [rest[1] ?? '']
      : ['charts/web', '--release', rest[1] ?? '', '--values', rest.at(-1) ?? '', '--namespace', 'shop']
  const ended = await tortoise(['trace', ...source, '--repo', work.directory, '-o', 'json'])
  expect(ended).toMatchObject({ status: 0, stderr: '' })
  return JSON.parse(ended.stdout) as readonly Row[]
}

const valueKey = (row: { workload: Row['workload']; container?: string; field: string }): string =>
  [row.workload.kind, row.workload.name, row.container ?? '', row.field].join(' ')

/** Another value of the same type, to be seen in the rendering. */
function another(text: string): string {
  return text.replace(/\d+(\.\d+)?/, (number) => String(Number(number) + 7))
}

describe.each(demoSources)('tracing $id', ({ args }) => {
  it('answers for every field that the bare program renders', async () => {
    const rows = await trace(args)
    const rendered = fieldsOf(renderBare(work.directory, args), 'shop')
    expect(rows.map((row) => [valueKey(row), row.value]).sort()).toEqual(
      rendered.map((field) => [valueKey(field), field.value]).sort(),
    )
    expect(rows.filter(({ site }) => site === null)).toEqual([])
  })

  it('names the place: a hand edit there moves that field in the bare rendering', async () => {
    for (const row of await trace(args)) {
      const { file, line, column, text, range } = row.site
      const before = read(work.directory, file)
      expect(before.split('\n')[line - 1]?.slice(column - 1)).toMatch(
        new RegExp(`^${text.replaceAll('"', '\\"')}`),
      )
      writeFileSync(
        join(work.directory, file),
        before.slice(0, range[0]) + another(text) + before.slice(range[1]),
      )
      const moved = fieldsOf(renderBare(work.directory, args), 'shop').find(
        (field) => valueKey(field) === valueKey(row),
      )
      writeFileSync(join(work.directory, file), before)
      expect([valueKey(row), moved?.value]).toEqual([valueKey(row), another(row.value)])
    }
  })
})

describe('the answers', () => {
  it('follow the published schema', async () => {
    const validate = new Ajv2020({ strict: false }).compile(traceSchema)
    for (const { args } of demoSources) {
      validate(await trace(args))
      expect(validate.errors).toBeNull()
    }
  })

  it('say who shares a value of the base, and where an override would go', async () => {
    const rows = await trace(demoSources[0].args)
    const shared = rows.find((row) => valueKey(row) === 'Deployment catalog catalog requests.cpu')
    expect(shared).toMatchObject({ chosen: 'leaf', sharedWith: [{ source: 'apps/overlays/staging' }] })
  })

  it('refuse what the chart hard-codes, with that reason', async () => {
    const rows = await trace(demoSources.find(({ id }) => id.startsWith('storefront'))?.args ?? [])
    const metrics = rows.filter(({ container }) => container === 'metrics')
    expect(metrics).not.toEqual([])
    for (const row of metrics) {
      expect(row).toMatchObject({
        chosen: null,
        reason: expect.stringContaining('hard-coded'),
        site: { file: 'charts/web/templates/deployment.yaml' },
      })
    }
  })
})

describe('tortoise set --dry-run', () => {
  it('prints a unified diff of exactly the lines that would change, and writes nothing', async () => {
    const before = read(work.directory, 'apps/overlays/prod/checkout-size.yaml')
    const args = [
      '--workload',
      'Deployment/checkout',
      '--set',
      'requests.cpu=700m',
      '--set',
      'env.GOMAXPROCS=2',
      '--dry-run',
    ]
    const ended = await tortoise(['set', 'apps/overlays/prod', '--repo', work.directory, ...args])
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    const changed = ended.stdout.split('\n').filter((line) => /^[-+](?![-+])/.test(line))
    expect(changed.map((line) => line.replace(/ +/g, ' ').replace(/ #.*/, ''))).toEqual([
      '- value: "8"',
      '+ value: "2"',
      '- cpu: 1500m',
      '+ cpu: 700m',
    ])
    expect(ended.stdout).toContain('--- a/apps/overlays/prod/checkout-size.yaml')
    expect(read(work.directory, 'apps/overlays/prod/checkout-size.yaml')).toBe(before)
  })
})
