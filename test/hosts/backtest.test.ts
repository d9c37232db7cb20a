import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import schema from '../../config/backtest.schema.json' with { type: 'json' }
import { demoFiles, tortoise } from './program.ts'

const flags = [
  'backtest',
  '--repo',
  join(demoFiles, 'repository'),
  '--snapshot',
  join(demoFiles, 'snapshot.json'),
]

interface Report {
  readonly totals: readonly {
    readonly profile: string
    readonly costPerMonth: number
    readonly oomKills: number
  }[]
}

describe('tortoise backtest', () => {
  it('replays the demo under two profiles beside today, as JSON of its schema', async () => {
    const ended = await tortoise([...flags, '--profile', 'steady', 'krr', '-o', 'json'])
    expect(ended.status, ended.stderr).toBe(0)
    const report: Report = JSON.parse(ended.stdout)
    const validate = new Ajv2020({ strict: false }).compile(schema)
    expect(validate(report), JSON.stringify(validate.errors)).toBe(true)
    const [today, steady] = report.totals
    expect(report.totals.map(({ profile }) => profile)).toEqual(['today', 'steady', 'krr'])
    expect(steady?.costPerMonth).toBeLessThan(today?.costPerMonth ?? 0)
    expect(steady?.oomKills).toBeLessThanOrEqual(today?.oomKills ?? 0)
  })

  it('says what days must be, and which profiles there are', async () => {
    const [days, profile] = await Promise.all([
      tortoise([...flags, '--every', 'never']),
      tortoise([...flags, '--profile', 'best']),
    ])
    expect([days.status, profile.status]).toEqual([2, 2])
    expect(days.stderr).toContain('whole number of days')
    expect(profile.stderr).toContain('steady, tortoise, vpa, krr')
  })
})
