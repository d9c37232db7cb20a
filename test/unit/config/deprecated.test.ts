import { expect, it } from 'vitest'
import { deprecatedSettings } from '../../../config/deprecated.ts'
import { loadSettings } from '../../../config/load.ts'

const load = (recommend: string) => loadSettings('tortoise.yaml', `recommend:\n${recommend}sources: []\n`)

it('a setting with a successor still works, and is named with what to set instead', () => {
  expect(deprecatedSettings(load('  preset: frugal\n'))).toEqual([])
  for (const [spare, preset] of [
    [10, 'careful'],
    [25, 'balanced'],
    [60, 'frugal'],
  ] as const)
    expect(deprecatedSettings(load(`  cpuSpare: ${spare}\n`))).toEqual([
      expect.stringContaining(`recommend.preset to ${preset}`),
    ])
})

it('a price of CPU is set in one way, and with both of its parts', () => {
  expect(() => load('  pricePerCoreHour: 0.03\n')).toThrow(/pricePerCoreHour is set alone/)
  expect(() => load('  costOfShortage: 1\n')).toThrow(/costOfShortage is set alone/)
  const both = '  pricePerCoreHour: 0.03\n  costOfShortage: 0.05\n'
  expect(load(both).recommend.costOfShortage).toBe(0.05)
  expect(() => load(`${both}  targetTimeAbove: 3\n`)).toThrow(/both set the price/)
})

it('a removed setting names its successor', () => {
  const text = 'deliver:\n  pullRequests:\n    prices: {cpu: 21.6, memory: 2.88}\n'
  const failure = (): unknown => loadSettings('tortoise.yaml', text)
  expect(failure).toThrow(/the setting deliver\.pullRequests\.prices was removed/)
  expect(failure).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          hint: expect.stringContaining('Set `prices.coreHour` and `prices.gibibyteHour`'),
          place: { file: 'tortoise.yaml', line: 3, column: 5 },
        }),
      ],
    }),
  )
})
