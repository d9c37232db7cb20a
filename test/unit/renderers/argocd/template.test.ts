import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../plugin/model/json.ts'
import { fillTemplate } from '../../../../renderers/argocd/template.ts'
import { object, yaml } from './argocd-ground.ts'

describe('a template of an ApplicationSet', () => {
  const flat = (template: Json, parameters: string) => fillTemplate(template, object(parameters), false)
  const go = (template: Json, parameters: string) => fillTemplate(template, object(parameters), true)

  it('is filled with parameters, everywhere in it', () => {
    const template = yaml('{a: "{{name}}", b: [{c: "x-{{ name }}-{{other}}"}], "{{name}}": 1, d: null}')
    expect(flat(template, '{name: web, other: 2}')).toEqual({
      a: 'web',
      b: [{ c: 'x-web-2' }],
      '{{name}}': 1,
      d: null,
    })
  })

  it('takes flat names and paths', () => {
    expect(flat('{{path.basename}}', '{path.basename: web}')).toBe('web')
    expect(flat('{{a.b}}', '{a: {b: c}}')).toBe('c')
    expect(flat('{{path[0]}}', '{"path[0]": apps}')).toBe('apps')
  })

  it.each([
    ['{{ .name }}', 'web'],
    ['{{.name}}', 'web'],
    ['{{- .name -}}', 'web'],
    ['{{ .path.basename }}', 'b'],
    ['{{ index .list 1 }}', 'y'],
    ['{{ index .path.segments 0 }}', 'p'],
    ['x{{ .name }}y{{ .name }}', 'xwebyweb'],
  ])('of Go is filled: %s', (template, text) => {
    expect(go(template, '{name: web, path: {basename: b, segments: [p, q]}, list: [x, y]}')).toBe(text)
  })

  it.each([
    '{{ name }}',
    '{{ .gone }}',
    '{{ .name | upper }}',
    '{{ index .list 9 }}',
    '{{ if .name }}',
    '{{ index .name x }}',
  ])('of Go is not filled in part: %s', (template) => {
    expect(go({ a: template, b: '{{ .name }}' }, '{name: web, list: [x]}')).toBeUndefined()
  })

  it('is not filled in part without a parameter', () => {
    expect(flat('{{gone}}', '{name: web}')).toBeUndefined()
    expect(flat('{{list}}', '{list: [1]}')).toBeUndefined()
  })
})
