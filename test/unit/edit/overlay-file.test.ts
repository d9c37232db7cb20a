import { describe, expect, it } from 'vitest'
import { overlayJsonSchema, parseOverlay, setInOverlay } from '../../../plugin/edit/overlay-file.ts'
import type { FieldAddress } from '../../../plugin/model/field.ts'
import { ExpectedStop } from '../../../plugin/model/problem.ts'

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const address = (field: FieldAddress['field'], container?: string): FieldAddress => ({
  workload,
  field,
  ...(container === undefined ? {} : { container }),
})

const set = (text: string, ...values: [FieldAddress, string][]): string =>
  values.reduce((before, [to, value]) => setInOverlay(before, to, value) ?? 'refused', text)

const stopped = (text: string): unknown => {
  try {
    return parseOverlay('.tortoise/api.json', text)
  } catch (error) {
    return error instanceof ExpectedStop ? error.problems[0] : error
  }
}

describe('a value in a file of recommendations', () => {
  it('starts the file', () => {
    expect(set('', [address('requests.cpu', 'app'), '250m'])).toBe(`{
  "version": 1,
  "workload": {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "namespace": "shop",
    "name": "api"
  },
  "values": [
    {
      "container": "app",
      "field": "requests.cpu",
      "value": "250m"
    }
  ]
}
`)
  })

  it('replaces only the value before it', () => {
    const text = set(
      '',
      [address('requests.cpu', 'app'), '1'],
      [address('limits.cpu', 'app'), '2'],
      [address('requests.cpu', 'proxy'), '3'],
      [address('requests.cpu', 'app'), '4'],
    )
    expect(JSON.parse(text).values).toEqual([
      { container: 'app', field: 'requests.cpu', value: '4' },
      { container: 'app', field: 'limits.cpu', value: '2' },
      { container: 'proxy', field: 'requests.cpu', value: '3' },
    ])
  })

  it('is written in a fixed order: containers by name, their fields, then the autoscaler', () => {
    const values: [FieldAddress, string][] = [
      [address('hpa.maxReplicas'), '9'],
      [address('limits.memory', 'app'), '64Mi'],
      [address('requests.cpu', 'proxy'), '1'],
      [address('hpa.minReplicas'), '2'],
      [address('requests.memory', 'app'), '64Mi'],
      [address('hpa.target.cpu', 'app'), '70'],
      [address('requests.cpu', 'app'), '1'],
      [address('env.GOMAXPROCS', 'app'), '1'],
    ]
    const wanted = [
      'app requests.cpu',
      'app requests.memory',
      'app limits.memory',
      'app env.GOMAXPROCS',
      'proxy requests.cpu',
      'undefined hpa.minReplicas',
      'undefined hpa.maxReplicas',
      'app hpa.target.cpu',
    ]
    const order = (text: string) =>
      JSON.parse(text).values.map(({ container, field }: FieldAddress) => `${container} ${field}`)
    expect(order(set('', ...values))).toEqual(wanted)
    expect(order(set('', ...values.toReversed()))).toEqual(wanted)
  })

  it('does not change how the file names its workload', () => {
    const text = JSON.stringify({ version: 1, workload: { kind: 'Deployment', name: 'api' }, values: [] })
    expect(JSON.parse(set(text, [address('requests.cpu', 'app'), '1'])).workload).toEqual({
      kind: 'Deployment',
      name: 'api',
    })
  })

  it('omits the namespace `default`, since the source may be deployed to any', () => {
    const inDefault = { ...address('requests.cpu', 'app'), workload: { ...workload, namespace: 'default' } }
    expect(JSON.parse(set('', [inDefault, '1'])).workload).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'api',
    })
  })

  it('is refused where the text is not such a file', () => {
    expect(setInOverlay('{"version": 2}', address('requests.cpu', 'app'), '1')).toBeUndefined()
    expect(() => setInOverlay('{', address('requests.cpu', 'app'), '1')).toThrow(/JSON/)
  })

  it('is read back', () => {
    const text = set('', [address('requests.cpu', 'app'), '250m'], [address('hpa.minReplicas'), '2'])
    expect(parseOverlay('.tortoise/api.json', text)).toEqual({
      file: '.tortoise/api.json',
      workload,
      values: [
        { container: 'app', field: 'requests.cpu', value: '250m' },
        { field: 'hpa.minReplicas', value: '2' },
      ],
    })
  })
})

describe('a file that cannot be used', () => {
  const good = {
    version: 1,
    workload: { kind: 'Deployment', name: 'api' },
    values: [{ container: 'app', field: 'requests.cpu', value: '1' }],
  }
  const value = (more: object) => ({ ...good, values: [{ ...good.values[0], ...more }] })
  const named = (more: object) => ({ ...good, workload: { ...good.workload, ...more } })

  it.each<[string, object, RegExp]>([
    ['an invalid value', value({ value: '9Mi' }), /^values\.0\.value: 9Mi/],
    [
      'a container field without its container',
      value({ container: undefined }),
      /^values\.0\.container: \w+/,
    ],
    ['a container without a name', value({ container: '' }), /^values\.0\.container: /],
    ['a name that is too long', value({ container: 'x'.repeat(254) }), /^values\.0\.container: /],
    ['an unknown key of a value', value({ more: 1 }), /^values\.0: .*more/],
    ['an unknown key of the workload', named({ more: 1 }), /^workload: .*more/],
    ['a workload without a name', named({ name: '' }), /^workload\.name: /],
    ['a namespace without a name', named({ namespace: '' }), /^workload\.namespace: /],
    ['something else', [], /^\w+: \w+/],
  ])('is refused for %s, with the file and the place', (_name, text, message) => {
    expect(stopped(JSON.stringify(text))).toMatchObject({
      code: 'overlay.invalid',
      message: expect.stringMatching(message),
      place: { file: '.tortoise/api.json' },
      hint: expect.stringMatching(/\w/),
    })
  })

  it('is refused where it is not JSON', () => {
    expect(stopped('{')).toMatchObject({
      code: 'overlay.invalid',
      message: expect.stringContaining('JSON'),
      place: { file: '.tortoise/api.json' },
      hint: expect.stringMatching(/\w/),
    })
  })

  it('is accepted with a schema for editors, a group and a namespace', () => {
    const full = { $schema: 'x', ...named({ apiVersion: 'apps/v1', namespace: 'shop' }) }
    expect(parseOverlay('f', JSON.stringify(full)).workload).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'shop',
      name: 'api',
    })
    const longest = value({ container: 'x'.repeat(253) })
    expect(parseOverlay('f', JSON.stringify(longest)).values).toHaveLength(1)
  })

  it('is described by a JSON Schema for editors, with a text for each key', () => {
    interface Schema {
      readonly description?: string
      readonly properties?: Readonly<Record<string, Schema>>
      readonly items?: Schema
      readonly required?: readonly string[]
      readonly additionalProperties?: boolean
    }
    const schema = overlayJsonSchema() as Schema
    expect(schema.required).toEqual(['version', 'workload', 'values'])
    const undescribed = (one: Schema, path: string): string[] => [
      ...(one.description ? [] : [path]),
      ...Object.entries(one.properties ?? {}).flatMap(([key, inner]) => undescribed(inner, `${path}.${key}`)),
    ]
    expect(undescribed(schema, '')).toEqual([])
    const item = schema.properties?.['values']?.items
    expect(item && undescribed({ ...item, description: 'a value' }, 'value')).toEqual([])
    expect(item?.required).toEqual(['field', 'value'])
    expect(item?.additionalProperties).toBe(false)
  })
})
