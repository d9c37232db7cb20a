import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HelmSource } from '../../../../renderers/helm/source.ts'
import type { TemplateOptions } from '../../../../renderers/helm/template.ts'
import { templateChart } from '../../../../renderers/helm/template.ts'
import { memoryView } from '../../memory-view.ts'

const work = { directory: '', program: '' }
beforeAll(() => {
  work.directory = mkdtempSync(join(tmpdir(), 'tortoise-helm-'))
  work.program = join(work.directory, 'helm')
})
afterAll(() => rmSync(work.directory, { recursive: true, force: true }))

/** Puts a program in place of Helm; `$@` are its arguments. */
const helmThat = (script: string): void => {
  writeFileSync(work.program, `#!/bin/sh\n${script}\n`)
  chmodSync(work.program, 0o755)
}

const view = memoryView({
  'web/Chart.yaml': 'name: web\n',
  'web/values.yaml': 'a: 1\n',
  'a.yaml': 'b: 2\n',
  'b.yaml': '-> a.yaml',
  'key.txt': 'secret',
})
const source = (more: Partial<HelmSource> = {}): HelmSource => ({
  kind: 'helm',
  id: 'web',
  path: 'web',
  release: 'web',
  values: [],
  ...more,
})
const ports = {
  programs: { find: async () => ({ name: 'helm', file: work.program }), sandbox: async () => undefined },
}
const template = (from: HelmSource, options: TemplateOptions = {}) =>
  templateChart(from, { view, options }, ports)
const argumentsFor = async (from: HelmSource, options: TemplateOptions = {}): Promise<readonly string[]> => {
  // Programs find no others: only what the shell itself has.
  helmThat('for one in "$@"; do printf "%s\\n" "$one"; done')
  return (await template(from, options)).trimEnd().split('\n')
}

describe('the call of Helm', () => {
  it('names the release and its chart, without test hooks', async () => {
    expect(await argumentsFor(source())).toEqual(['template', 'web', './web', '--skip-tests'])
  })

  it('has values in their order, then what wins over them', async () => {
    const from = source({
      namespace: 'shop',
      values: ['a.yaml', 'b.yaml'],
      inlineValues: ['c: 3', 'd: 4'],
      parameters: ['e=5'],
      kubeVersion: '1.30',
      apiVersions: ['v1', 'apps/v1'],
    })
    expect(await argumentsFor(from, { extraValues: 'f: 6' })).toEqual([
      'template',
      'web',
      './web',
      '--skip-tests',
      '--namespace=shop',
      '--values=./a.yaml',
      '--values=./b.yaml',
      '--values=./tortoise-values-0.yaml',
      '--values=./tortoise-values-1.yaml',
      '--values=./tortoise-values-2.yaml',
      '--set=e=5',
      '--kube-version=1.30',
      '--api-versions=v1',
      '--api-versions=apps/v1',
    ])
  })

  it('has values of a helmfile between its files, where they are written so', async () => {
    const from = source({
      values: ['a.yaml', 'b.yaml'],
      inlineValues: ['c: 3', 'd: 4'],
      filesBeforeInline: [0, 1],
    })
    const values = (await argumentsFor(from, { extraValues: 'e: 5' })).filter((one) => one.startsWith('--v'))
    expect(values).toEqual(
      ['tortoise-values-0', 'a', 'tortoise-values-1', 'b', 'tortoise-values-2'].map(
        (name) => `--values=./${name}.yaml`,
      ),
    )
  })

  it('has the options of the plugin', async () => {
    const options = {
      crds: true,
      tests: true,
      unchecked: true,
      texts: ['a=b'],
      files: [['k', 'key.txt']] as const,
    }
    expect(await argumentsFor(source(), options)).toEqual([
      'template',
      'web',
      './web',
      '--include-crds',
      '--skip-schema-validation',
      '--set-string=a=b',
      '--set-file=k=./key.txt',
    ])
    expect(await argumentsFor(source(), { marked: true })).toContain('--skip-schema-validation')
  })

  it('is in a directory with the files that are read, links resolved, and no others', async () => {
    helmThat(
      'read -r a < ./b.yaml; read -r b < ./tortoise-values-0.yaml; echo "$a $b"; test -e key.txt && echo key; true',
    )
    expect(await template(source({ values: ['b.yaml'], inlineValues: ['c: 3'] }))).toBe('b: 2 c: 3\n')
  })

  it('has an environment of its own', async () => {
    helmThat('echo "$HOME,$PATH,$HELM_CACHE_HOME,$HTTPS_PROXY,$USER."')
    expect(await template(source())).toMatch(/^(\/\S+),,\1\/helm\/cache,http:\/\/127\.0\.0\.1:9,\.\n$/)
  })
})

describe('a failure of Helm', () => {
  it('stops with its exit code, and shows neither its words nor the private directory', async () => {
    helmThat('echo "Error: $PWD/web is wrong" >&2; exit 3')
    await expect(template(source())).rejects.toMatchObject({
      problems: [
        {
          code: 'source.render',
          message: 'rendering failed: Helm ended with exit code 3',
          place: { file: 'web' },
          hint: expect.stringMatching(/\w/),
        },
      ],
    })
  })

  it.each([
    ['a server', '{"$ref": "https://host/x.json"}', true],
    ['another meta-schema', '{"$schema": "https://host/schema"}', true],
    ['itself', '{"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/$defs/a"}', false],
    ['a neighbour on its server', '{"$id": "https://host/schema.json", "$ref": "parts/a.json#/b"}', true],
  ])('is avoided for a schema that refers to %s', async (_, schema, skipped) => {
    const chart = memoryView({ 'web/Chart.yaml': 'name: web\n', 'web/values.schema.json': schema })
    helmThat('for one in "$@"; do printf "%s\\n" "$one"; done')
    const text = await templateChart(source(), { view: chart, options: {} }, ports)
    expect(text.includes('--skip-schema-validation')).toBe(skipped)
  })

  it.each([
    ['a file', '{"$ref": "file:///etc/passwd"}'],
    ['a path', '{"properties": {"a": {"$ref": "/etc/x.json"}}}'],
    ['a neighbour', '{"$ref": "other.json"}'],
    ['a neighbour of a file', '{"$id": "https://host/a", "b": {"$id": "file:///etc/", "$ref": "c.json"}}'],
    ['a neighbour with an id of its own', '{"$id": "parts", "$ref": "c.json"}'],
    ['an escaped key', '{"\\u0024ref": "file:///etc/passwd"}'],
  ])('is not even tried for a schema that refers to %s', async (_, schema) => {
    const chart = memoryView({ 'web/Chart.yaml': 'name: web\n', 'web/values.schema.json': schema })
    await expect(templateChart(source(), { view: chart, options: {} }, ports)).rejects.toMatchObject({
      problems: [{ code: 'source.render', place: { file: 'web/values.schema.json' } }],
    })
  })

  it.each<[string, Partial<HelmSource>]>([
    ['a release with a flag for a name', { release: '--output-dir=/' }],
    ['a release with capitals', { release: 'Web' }],
    ['a release with a name of 54 characters', { release: 'a'.repeat(54) }],
    ['an empty name', { release: '' }],
    ['a namespace with a flag for a name', { namespace: '-x' }],
  ])('is not even tried for %s', async (_name, more) => {
    helmThat('echo called')
    await expect(template(source(more))).rejects.toMatchObject({
      problems: [{ code: 'source.render', place: { file: 'web' } }],
    })
  })

  it('is not expected for the longest name', async () => {
    expect(await argumentsFor(source({ release: 'a'.repeat(53) }))).toContain('a'.repeat(53))
  })
})
