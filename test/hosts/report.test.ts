import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import schema from '../../config/fleet.schema.json' with { type: 'json' }
import type { FleetReport } from '../../plugin/report/json/fleet.ts'
import { onDemo, tortoise } from './program.ts'

const docs = readFileSync(join(import.meta.dirname, '../../docs/report.md'), 'utf8')
const report = (...args: readonly string[]) => onDemo('report', ...args)

/** The data in an HTML report. */
const dataOf = (page: string): FleetReport => {
  const [, data = ''] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page) ?? []
  return JSON.parse(data) as FleetReport
}

describe('tortoise report', () => {
  it('lists every workload as JSON of its schema', async () => {
    const { stdout, status, stderr } = await report('-o', 'json')
    expect(status, stderr).toBe(0)
    const found = JSON.parse(stdout) as FleetReport
    const validate = new Ajv2020({ strict: false }).compile(schema)
    expect(validate(found), JSON.stringify(validate.errors)).toBe(true)
    expect(found.workloads).toHaveLength(12)
    expect(found.totals).toMatchObject({ workloads: 12, kills: 6 })
    for (const { cpu, memory } of found.workloads)
      for (const one of [cpu?.current, cpu?.proposed, memory?.current, memory?.proposed])
        if (one !== undefined) expect(one.requested + one.short).toBeCloseTo(one.used + one.unused, 1)
  })

  it('writes one HTML file with the same data, which names no server', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tortoise-report-'))
    const file = join(directory, 'report.html')
    const { status, stdout, stderr } = await report('--out', file)
    expect({ status, stdout }, stderr).toEqual({ status: 0, stdout: '' })
    const page = readFileSync(file, 'utf8')
    rmSync(directory, { recursive: true })
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page.match(/(?:href|src)="[^"]*"/g)).toEqual(['href="#workloads"'])
    const { workloads } = JSON.parse((await report('-o', 'json')).stdout) as FleetReport
    expect(dataOf(page).workloads).toEqual(workloads)
  })

  it('is what `plan -o html` prints', async () => {
    const [one, other] = await Promise.all([report(), onDemo('plan', '-o', 'html')])
    expect(dataOf(other.stdout).workloads).toEqual(dataOf(one.stdout).workloads)
  })

  it('is made again from its JSON, and from a saved plan with the figures that it has', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tortoise-report-'))
    const [saved, plan, other] = ['report', 'plan', 'other'].map((name) => join(directory, `${name}.json`))
    const from = (file = '', ...more: readonly string[]) => tortoise(['report', '--from', file, ...more])
    writeFileSync(saved ?? '', (await report('-o', 'json')).stdout)
    writeFileSync(plan ?? '', (await onDemo('plan', '-o', 'json')).stdout)
    writeFileSync(other ?? '', '{"kind": "Other"}')
    const whole = JSON.parse(readFileSync(saved ?? '', 'utf8')) as FleetReport
    expect(dataOf((await from(saved)).stdout)).toEqual(whole)
    const { workloads, totals } = JSON.parse((await from(plan, '-o', 'json')).stdout) as FleetReport
    expect(totals.saves).toBeCloseTo(whole.totals.saves, 1)
    const changing = (rows: FleetReport['workloads']) => rows.filter(({ changes }) => changes.length > 0)
    expect(
      changing(workloads).map(({ key, changes, costPerMonth }) => ({ key, changes, costPerMonth })),
    ).toEqual(
      changing(whole.workloads).map(({ key, changes, costPerMonth }) => ({ key, changes, costPerMonth })),
    )
    const refused = await from(other)
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain('is neither a report nor a plan in JSON')
    rmSync(directory, { recursive: true })
  })

  it('writes CSV with the columns that docs/report.md describes', async () => {
    const { stdout } = await report('-o', 'csv')
    const [head = '', ...lines] = stdout.trimEnd().split('\n')
    const described = [...docs.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
    expect(head.split(',')).toEqual(described)
    expect(lines).toHaveLength(12)
  })

  it('makes the directory of the file, and refuses a place that cannot be written', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tortoise-report-'))
    const file = join(directory, 'new/fleet.csv')
    expect(await report('-o', 'csv', '--out', file)).toMatchObject({ status: 0 })
    expect(readFileSync(file, 'utf8')).toContain('checkout')
    for (const place of [directory, join(file, 'below.csv')]) {
      const { status, stderr } = await report('-o', 'csv', '--out', place)
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: expect.stringContaining(`${place} cannot be written`),
      })
    }
    rmSync(directory, { recursive: true })
  })

  it('prints the changes as Markdown', async () => {
    expect((await report('-o', 'markdown')).stdout).toMatch(
      /^\*\*\d+ values of \d+ workloads\*\* should change/,
    )
  })
})
