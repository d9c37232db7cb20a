import { describe, expect, it } from 'vitest'
import { givenValue, writtenValue } from '../../../plugin/edit/written-value.ts'
import type { Affix, Trace } from '../../../plugin/model/site.ts'
import type { ValueRules } from '../../../plugin/model/value-rules.ts'

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const place = { file: 'values.yaml', line: 1, column: 6, document: 0, path: ['size'] }
const mebi = 1024 ** 2

/** A trace of a value that one scalar sets. */
function traceOf(
  field: 'requests.cpu' | 'requests.memory',
  value: string,
  { rules, affix }: { readonly rules?: ValueRules; readonly affix?: Affix },
): Trace {
  const text = affix === undefined ? value : value.slice(0, -affix.after.length)
  return {
    workload,
    container: 'app',
    field,
    source: 'prod',
    value,
    site: { kind: 'scalar', ...place, range: [6, 6 + text.length], text, ...(affix && { affix }) },
    reach: { sources: ['prod'], containers: 1 },
    override: null,
    chosen: 'site',
    sharedWith: [],
    ...(rules && { rules }),
  }
}

const whole: ValueRules = { key: 'cores', step: 1 }

describe('a computed value under the schema of a chart', () => {
  it.each([
    ['whole numbers', whole, '1', 1353, '2'],
    ['whole numbers that it is already', whole, '1', 2000, '2'],
    ['whole numbers and millicores were written', whole, '500m', 1353, '2'],
    ['numbers from 2', { ...whole, minimum: 2 }, '4', 300, '2'],
    ['any number', { key: 'cores', step: 0 }, '1', 1353, '1.353'],
    ['quarters', { key: 'cores', step: 0.25 }, '1', 1353, '1.5'],
    ['listed texts', { key: 'cpu', oneOf: ['1', '100m', '250m'] }, '100m', 120, '250m'],
    ['listed numbers', { key: 'cpu', oneOf: [1, 2, 4] }, '1', 2100, '4'],
  ] as const)('is rounded up to %s', (_, rules, value, to, text) => {
    expect(
      writtenValue(traceOf('requests.cpu', value, { rules }), { field: 'requests.cpu' }, to),
    ).toMatchObject({
      text,
    })
  })

  it('counts in the unit that the template adds', () => {
    const rules = { key: 'memoryMi', step: 256 }
    const traced = traceOf('requests.memory', '512Mi', { rules, affix: { before: '', after: 'Mi' } })
    expect(writtenValue(traced, { field: 'requests.memory' }, 700 * mebi)).toEqual({
      text: '768Mi',
      rounded: 'the schema of the chart allows only multiples of 256 as memoryMi',
    })
  })

  it.each([
    ['above the maximum', { ...whole, maximum: 4 }, /at most 4 as cores/],
    ['above everything listed', { key: 'cpu', oneOf: ['1', '2'] }, /only 1, 2 as cpu/],
  ] as const)('is refused %s', (_, rules, reason) => {
    const written = writtenValue(traceOf('requests.cpu', '1', { rules }), { field: 'requests.cpu' }, 8000)
    expect(written).toEqual({ refused: expect.stringMatching(reason) })
  })
})

it('a patch of what is rendered follows no schema of the chart', () => {
  const override = {
    kind: 'patch',
    ...place,
    target: workload,
    containers: { list: 'containers', names: ['app'] },
  } as const
  const traced: Trace = { ...traceOf('requests.cpu', '1', { rules: whole }), override, chosen: 'override' }
  expect(writtenValue(traced, { field: 'requests.cpu' }, 1353)).toEqual({ text: '1353m' })
})

describe('a value that a person gave', () => {
  const affix = { before: '', after: 'Mi' }

  it('is written in the unit that the template adds where it is equal there', () => {
    expect(givenValue(traceOf('requests.memory', '256Mi', { affix }), '2Gi')).toEqual({ text: '2048Mi' })
  })

  it('is never rounded', () => {
    expect(givenValue(traceOf('requests.memory', '256Mi', { affix }), '1500Ki')).toEqual({ text: '1500Ki' })
    expect(givenValue(traceOf('requests.cpu', '1', { rules: whole }), '1500m')).toEqual({
      refused:
        '1500m is not allowed: the schema of the chart allows only whole numbers as cores. The next allowed value is 2',
    })
  })

  it('keeps its own notation where a schema allows it', () => {
    const rules = { key: 'cpu', oneOf: ['500m', '1000m'] }
    expect(givenValue(traceOf('requests.cpu', '500m', { rules }), '1')).toEqual({ text: '1000m' })
  })
})
