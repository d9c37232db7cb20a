import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../../../plugin/model/json.ts'
import { mergePatch, withSourceFiles } from '../../../../renderers/argocd/source-files.ts'
import { filledTemplates } from '../../../../renderers/argocd/template.ts'
import { patchApplication } from '../../../../renderers/argocd/template-patch.ts'
import { memoryView } from '../../memory-view.ts'

const yaml = (text: string): Json => parse(text) as Json
const object = (text: string): JsonObject => parse(text) as JsonObject

describe('the files of a source of an Application', () => {
  const merged = async (files: Readonly<Record<string, string>>, source: string, namespace = 'argocd') =>
    withSourceFiles(yaml(source), 'app', { name: 'web', namespace, view: memoryView(files) })

  it('are merged in, first the one for all Applications, then the one for this', async () => {
    const files = {
      'app/.argocd-source.yaml': 'helm: {valuesObject: {a: 1, b: 1}, parameters: [{name: x}]}',
      'app/.argocd-source-web.yaml': 'helm: {valuesObject: {b: 2}}',
      'app/.argocd-source-api.yaml': 'helm: {valuesObject: {b: 3}}',
    }
    const found = await merged(
      files,
      '{repoURL: r, path: app, helm: {valuesObject: {c: 3}, parameters: [{name: y}]}}',
    )
    expect(found.source).toEqual({
      repoURL: 'r',
      path: 'app',
      helm: { valuesObject: { a: 1, b: 2, c: 3 }, parameters: [{ name: 'x' }] },
    })
    expect(found.files.map(({ at, role, topLayer }) => [at, role, topLayer])).toEqual([
      ['app/.argocd-source.yaml', 'parameters', true],
      ['app/.argocd-source-web.yaml', 'parameters', true],
    ])
  })

  it('cannot change where the source comes from', async () => {
    const files = {
      'app/.argocd-source.yaml': '{repoURL: other, path: p, targetRevision: v1, chart: c, helm: {values: a}}',
    }
    expect((await merged(files, '{repoURL: r, path: app}')).source).toEqual({
      repoURL: 'r',
      path: 'app',
      helm: { values: 'a' },
    })
  })

  it('begin with the namespace of an Application outside that of Argo CD', async () => {
    const files = {
      'app/.argocd-source-web.yaml': '{helm: {values: a}}',
      'app/.argocd-source-team_web.yaml': '{helm: {values: b}}',
    }
    expect((await merged(files, '{}', 'team')).source).toEqual({ helm: { values: 'b' } })
    expect((await merged(files, '{}')).source).toEqual({ helm: { values: 'a' } })
  })

  it('are refused where they are not YAML, and may be missing or empty', async () => {
    await expect(merged({ 'app/.argocd-source.yaml': '{' }, '{}')).rejects.toThrow(/not YAML/)
    expect(await merged({}, '{path: app}')).toEqual({ source: { path: 'app' }, files: [] })
  })
})

it.each([
  ['{a: b}', '{a: c}', '{a: c}'],
  ['{a: b}', '{b: c}', '{a: b, b: c}'],
  ['{a: b}', '{a: null}', '{}'],
  ['{a: b, b: c}', '{a: null}', '{b: c}'],
  ['{a: [b]}', '{a: c}', '{a: c}'],
  ['{a: c}', '{a: [b]}', '{a: [b]}'],
  ['{a: {b: c}}', '{a: {b: d, c: null}}', '{a: {b: d}}'],
  ['{a: [{b: c}]}', '{a: [1]}', '{a: [1]}'],
  ['[a, b]', '[c, d]', '[c, d]'],
  ['{a: b}', 'null', 'null'],
  ['{e: null}', '{a: 1}', '{e: null, a: 1}'],
  ['[1, 2]', '{a: b, c: null}', '{a: b}'],
  ['{}', '{a: {bb: {ccc: null}}}', '{a: {bb: {}}}'],
])('a JSON merge patch of %s by %s gives %s, as in RFC 7396', (value, patch, result) => {
  expect(mergePatch(yaml(value), yaml(patch))).toEqual(yaml(result))
})

describe('the templatePatch of an ApplicationSet', () => {
  const patched = (application: string, patch: string) => patchApplication(object(application), yaml(patch))

  it('is merged into mappings, deletes with null, and replaces lists', () => {
    expect(
      patched('{spec: {a: {b: 1}, l: [1], d: 1}}', '{spec: {a: {c: 2}, l: [2], d: null, e: null}}'),
    ).toEqual(object('{spec: {a: {b: 1, c: 2}, l: [2]}}'))
    expect(patched('{a: 1}', 'null')).toEqual({ a: 1 })
    expect(patched('{spec: {a: {b: 1}}}', '{spec: {a: {$patch: replace, c: 2}}}')).toEqual({
      spec: { a: { c: 2 } },
    })
    expect(patched('{spec: {a: {b: 1}}}', '{spec: {a: {$patch: delete}}}')).toEqual({ spec: { a: {} } })
    expect(() => patched('{}', '[1]')).toThrow(/not a mapping/)
  })

  it('adds to valuesObject, but Argo CD cannot merge mappings or lists in it', () => {
    const values = (text: string) => `{spec: {source: {helm: {valuesObject: ${text}}}}}`
    expect(patched(values('{a: 1, b: {c: 1}}'), values('{a: 2, d: {e: 1}}'))).toEqual(
      object(values('{a: 2, b: {c: 1}, d: {e: 1}}')),
    )
    for (const [one, other] of [
      ['{b: {c: 1}}', '{b: {d: 1}}'],
      ['{l: [1]}', '{l: [2]}'],
    ] as const)
      expect(() => patched(values(one), values(other))).toThrow(/Argo CD refuses its templatePatch/)
  })

  const fill = (spec: string, sets: string, goTemplate = false) =>
    filledTemplates(object(`spec: ${spec}`), yaml(sets) as readonly JsonObject[], {
      goTemplate,
      evaluate: async (templates, parameters) =>
        parameters.map(({ n }) => templates.map((template) => template.replace(/\{\{.*?\}\}/g, String(n)))),
    })

  it('is filled with the parameters of each set', async () => {
    const spec = '{template: {metadata: {name: "{{n}}"}}, templatePatch: "spec: {v: {{n}}}"}'
    expect(await fill(spec, '[{n: 1}, {n: 2}]')).toEqual([
      { metadata: { name: '1' }, spec: { v: 1 } },
      { metadata: { name: '2' }, spec: { v: 2 } },
    ])
    expect(await fill(spec, '[]')).toEqual([])
    expect(await fill('{}', '[{n: 1}]')).toEqual([])
  })

  it('is evaluated by the real engine where it is more than names', async () => {
    const spec =
      '{template: {metadata: {name: "{{ .n | lower }}"}}, templatePatch: "spec: {v: {{ .n | add 1 }}}"}'
    expect(await fill(spec, '[{n: 1}]', true)).toEqual([{ metadata: { name: '1' }, spec: { v: 1 } }])
    await expect(fill('{template: {a: "{{gone}}"}}', '[{n: 1}]')).rejects.toThrow(/do not give/)
    await expect(fill('{template: {a: b}, templatePatch: "{"}', '[{n: 1}]')).rejects.toThrow(/not YAML/)
  })
})
