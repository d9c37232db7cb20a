import { describe, expect, it } from 'vitest'
import type { InputFile } from '../../../plugin/model/source.ts'
import { schemaRules } from '../../../plugin/trace/schema-rules.ts'
import { memoryView } from '../memory-view.ts'

const file = (at: string, valuesKeys?: readonly (readonly string[])[]): InputFile => ({
  path: at,
  at,
  role: at.endsWith('values.yaml') ? 'chart-values' : 'other',
  topLayer: false,
  ...(valuesKeys && { valuesKeys }),
})

const integer = { type: 'integer' }

/** The rules for a values key, with the chart's schema and those of its subcharts by directory. */
const rulesOf = (
  keys: readonly string[],
  schemas: Readonly<Record<string, unknown>>,
  values: readonly InputFile[] = [],
) => {
  const files = Object.entries(schemas).map(([at, schema]) => [`${at}/values.schema.json`, schema] as const)
  const texts = files.map(([at, schema]) => [
    at,
    typeof schema === 'string' ? schema : JSON.stringify(schema),
  ])
  return schemaRules(
    keys,
    [...values, ...files.map(([at]) => file(at))],
    memoryView(Object.fromEntries(texts)),
  )
}

describe('the rules of a chart’s schema for a values key', () => {
  it.each([
    ['whole numbers', { properties: { cores: integer } }, { step: 1 }],
    ['a whole number or null', { properties: { cores: { type: ['integer', 'null'] } } }, { step: 1 }],
    [
      'multiples and bounds',
      { properties: { cores: { ...integer, multipleOf: 2, minimum: 2, maximum: 8 } } },
      { step: 2, minimum: 2, maximum: 8 },
    ],
    ['any number', { properties: { cores: { type: 'number' } } }, { step: 0 }],
    [
      'a reference',
      { $defs: { whole: integer }, properties: { cores: { $ref: '#/$defs/whole' } } },
      { step: 1 },
    ],
    [
      'all of several',
      { allOf: [{ properties: { cores: { ...integer, minimum: 1 } } }] },
      { step: 1, minimum: 1 },
    ],
    ['any other key', { additionalProperties: integer }, { step: 1 }],
    ['listed values', { properties: { cores: { enum: [1, '2', null] } } }, { oneOf: [1, '2'] }],
  ])('are read from %s', async (_, schema, rules) => {
    expect(await rulesOf(['cores'], { chart: schema })).toEqual({ key: 'cores', ...rules })
  })

  it.each([
    ['allows texts', { properties: { cores: { type: ['integer', 'string'] } } }],
    ['has no such key', { properties: { other: integer } }],
    ['is no JSON', '{'],
    ['is a list', []],
    ['refers to itself', { $ref: '#', properties: { cores: { $ref: '#/properties/cores' } } }],
    ['refers to another file', { properties: { cores: { $ref: 'other.json' } } }],
  ])('are none where the schema %s', async (_, schema) => {
    expect(await rulesOf(['cores'], { chart: schema })).toBeUndefined()
  })

  it('are those of the subchart that takes the key', async () => {
    const schemas = { chart: {}, 'chart/charts/web': { properties: { cores: integer } } }
    const values = [file('chart/charts/web/values.yaml', [['front'], ['back']])]
    expect(await rulesOf(['back', 'cores'], schemas, values)).toEqual({ key: 'back.cores', step: 1 })
    expect(await rulesOf(['cores'], schemas, values)).toBeUndefined()
  })
})
