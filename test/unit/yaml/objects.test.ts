import { describe, expect, it } from 'vitest'
import { readObjects } from '../../../plugin/yaml/objects.ts'

const names = (text: string) => readObjects('f.yaml', text).map((one) => one['name'])

describe('manifests in a stream', () => {
  it.each([
    [
      'several documents, empty ones among them',
      '---\nname: a\n---\n\n# nothing\n---\nname: b\n...\n',
      ['a', 'b'],
    ],
    ['JSON', '{"name": "a"}', ['a']],
    ['a list of lists', 'kind: List\nitems:\n- name: a\n- kind: PodList\n  items: [{name: b}]\n', ['a', 'b']],
    ['a file of comments', '# a comment\n', []],
    ['a text with a document marker in it', 'name: a\ntext: |\n  x\n  ---\n  y\n', ['a']],
    ['CRLF and a byte order mark', '\uFEFFname: a\r\n---\r\nname: b\r\n', ['a', 'b']],
  ])('are read from %s', (_what, text, wanted) => {
    expect(names(text)).toEqual(wanted)
  })

  it('have their merge keys resolved, where own keys win', () => {
    const [object] = readObjects('f.yaml', 'a: &a {cpu: 1, memory: 2}\nb:\n  <<: *a\n  cpu: 3\n')
    expect(object?.['b']).toEqual({ cpu: 3, memory: 2 })
  })

  it('are refused with line and column where they are not YAML', () => {
    expect(() => readObjects('f.yaml', 'a: 1\n---\nb: [\n')).toThrow(/not YAML/)
  })

  const swelling = Array.from({ length: 30 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x, x]' : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}, *a${level - 1}]`,
  ).join('\n')
  it.each([
    ['a document of more than 8 MiB', `a: ${'x'.repeat(9 * 1024 ** 2)}\n`, /larger than 8 MiB/],
    ['aliases that expand too far', swelling, /alias/],
    ['20,000 brackets', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, /levels of nesting|YAML/],
    ['20,000 dashes', `${'- '.repeat(20_000)}a\n`, /levels of nesting|YAML/],
  ])('are refused with %s', (_what, text, why) => {
    expect(() => readObjects('f.yaml', text)).toThrow(
      expect.objectContaining({
        problems: [expect.objectContaining({ message: expect.stringMatching(why) })],
      }),
    )
  })

  it('are read one document at a time', () => {
    const one = `kind: ConfigMap\nmetadata: {name: c}\ndata: {${'k: v, '.repeat(20)}z: 1}\n---\n`
    const text = one.repeat(2_000)
    expect(readObjects('f.yaml', text)).toHaveLength(2_000)
  })
})
