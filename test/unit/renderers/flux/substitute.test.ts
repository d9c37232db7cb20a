import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../../plugin/model/json.ts'
import { substituteVariables } from '../../../../renderers/flux/substitute.ts'

const variables = new Map([
  ['cpu', '250m'],
  ['count', '3'],
  ['on', 'true'],
  ['empty', ''],
  ['list', '[1, 2]'],
  ['odd', 'a: [b'],
  ['_x1', 'y'],
])

/** A placeholder of a name, with more behind it. */
const variable = (inner: string): string => `$\{${inner}}`
/** A text with placeholders written as `<name>`. */
const written = (text: string): string => text.replace(/<([^>]*)>/g, (_, inner: string) => variable(inner))
const replaced = (text: string): Json | undefined => substituteVariables({ a: written(text) }, variables)['a']

describe('a variable', () => {
  it.each<[string, Json]>([
    ['<cpu>', '250m'],
    ['a <cpu> b <cpu>', 'a 250m b 250m'],
    ['<count>', 3],
    ['x<count>', 'x3'],
    ['<count>m', '3m'],
    ['<on>', true],
    ['<list>', '[1, 2]'],
    ['<odd>', 'a: [b'],
    ['<_x1>', 'y'],
    ['<empty>', ''],
    ['<empty:=1>', 1],
    ['<empty:-x>', 'x'],
    ['<empty=x>', ''],
    ['<empty-x>', ''],
    ['<gone:=2>', 2],
    ['<gone:-2>', 2],
    ['<gone=x>', 'x'],
    ['<gone-x>', 'x'],
    ['<gone:=>', ''],
    ['<cpu:=9>', '250m'],
    ['$$', '$'],
    ['$$<cpu>', '$250m'],
    ['$cpu', '$cpu'],
    ['cpu', 'cpu'],
  ])('in %j gives %j', (text, value) => {
    expect(replaced(text)).toEqual(value)
  })

  it.each(['<gone>', '<1x>', 'x <gone> y', '<>', '$(cpu)', '$cpu'])('that is not known stays: %j', (text) => {
    expect(replaced(text)).toBe(written(text))
  })

  it('is substituted in every text of lists and mappings, and in no key', () => {
    const [cpu, count] = [variable('cpu'), variable('count')]
    const object: JsonObject = { [cpu]: [{ a: cpu, b: 1, c: null, d: [count, true] }] }
    expect(substituteVariables(object, variables)).toEqual({
      [cpu]: [{ a: '250m', b: 1, c: null, d: [3, true] }],
    })
  })

  it.each(['labels', 'annotations'])('is not substituted in an object whose %s say so', (kind) => {
    const object = (value: string): JsonObject => ({
      metadata: { [kind]: { 'kustomize.toolkit.fluxcd.io/substitute': value } },
      a: variable('cpu'),
    })
    expect(substituteVariables(object('disabled'), variables)['a']).toBe(variable('cpu'))
    expect(substituteVariables(object('enabled'), variables)['a']).toBe('250m')
  })
})
