import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runConfined } from '../../../../plugin/io/confined.ts'
import type { Outcome } from '../../../../plugin/io/process.ts'
import type { Source } from '../../../../plugin/model/source.ts'
import { describeFailure } from '../../../../renderers/failure/describe-failure.ts'
import { programDirectory } from '../../../lab/programs.mjs'

type Files = Readonly<Record<string, string>>

/** The word that no message may show: it is the value of a Secret. */
const canary = 'hunter2'
const chart: Files = {
  'c/Chart.yaml': 'apiVersion: v2\nname: foo\nversion: 1.0.0\n',
  'c/values.yaml': `password: ${canary}\n`,
}
const web =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: app}]}}}\n'
const template = (text: string, more: Files = {}): Files => ({
  ...chart,
  'c/templates/a.yaml': text,
  ...more,
})
const kustomization = (text: string, more: Files = {}): Files => ({
  'k/kustomization.yaml': text,
  'k/web.yaml': web,
  ...more,
})

/** What is said when the real program of a version fails on files. */
async function saidOf(version: 'v31' | 'v35', files: Files): Promise<string> {
  const laid = Object.entries(files).map(([path, content]) => ({ path, content }))
  const isHelm = laid.some(({ path }) => path.startsWith('c/'))
  const name = isHelm ? 'helm' : 'kubectl'
  const source: Source = isHelm
    ? { kind: 'helm', id: 'c', path: 'c' }
    : { kind: 'kustomize', id: 'k', path: 'k' }
  const outcome = await runConfined(
    {
      files: laid,
      programs: [{ name, file: join(programDirectory(version), name) }],
      args: () => (isHelm ? ['template', 'web', './c'] : ['kustomize', './k']),
      env: ({ home }) => ({ HOME: home, PATH: '' }),
    },
    undefined,
  )
  expect(outcome.exitCode).not.toBe(0)
  return describeFailure(source, outcome, laid)
}

const helm: readonly (readonly [claim: string, files: Files, said: string])[] = [
  [
    'fail',
    template('a: b\n{{ fail (printf "pw=%s" .Values.password) }}\n'),
    'the template c/templates/a.yaml:2 calls fail',
  ],
  [
    'required',
    template(`a: {{ required "${canary}" .Values.image }}\n`),
    'the template c/templates/a.yaml:1 requires .Values.image, which has no value',
  ],
  [
    'a piped required',
    template(`a: {{ .Values.image | required "${canary}" }}\n`),
    'the template c/templates/a.yaml:1 requires .Values.image, which has no value',
  ],
  [
    'fail in a helper',
    template('a: {{ include "h" . }}\n', {
      'c/templates/_h.tpl': `{{ define "h" }}{{ fail "${canary}" }}{{ end }}`,
    }),
    'the template c/templates/a.yaml:1 calls fail or required',
  ],
  [
    'a part of a value that is not set, in a helper',
    template('a: {{ include "h" . }}\n', {
      'c/templates/_h.tpl': '{{ define "h" }}\n\n{{ .Values.a.b.c }}{{ end }}',
    }),
    'the template c/templates/_h.tpl:3 reads .Values.a.b.c, of which a part is not set',
  ],
  [
    'a field of a text',
    template('a: {{ .Values.password.x }}\n'),
    'the template c/templates/a.yaml:1 reads .Values.password.x, which has no such field',
  ],
  [
    'a template that does not exist',
    template(`a: {{ include "${canary}" . }}\n`),
    'the template c/templates/a.yaml:1 includes a template that does not exist',
  ],
  [
    'a function that refuses its value',
    template('a: {{ index .Values.list 5 }}\n', { 'c/values.yaml': 'list: [1]\n' }),
    'the template c/templates/a.yaml:1 calls index with a value that it does not accept',
  ],
  [
    'an unknown function',
    template('a: {{ hunter2 "x" }}\n'),
    'the template c/templates/a.yaml:1 calls a function that Helm does not know',
  ],
  [
    'a template that does not parse',
    template('a: {{ if true }}\n'),
    'the template c/templates/a.yaml:2 is not a valid template',
  ],
  [
    'text that is not YAML',
    template(`a: b\n c: ${canary}: d\n`),
    'c/templates/a.yaml renders text that is not the YAML of an object',
  ],
  [
    'values that are not YAML',
    template('a: b\n', { 'c/values.yaml': `a: b: ${canary}\n` }),
    'c/values.yaml is not valid YAML',
  ],
  [
    'aliases that expand too far',
    template('a: b\n', {
      'c/values.yaml': Array.from({ length: 12 }, (_, n) =>
        n === 0 ? 'a0: &a0 [x]' : `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`,
      ).join('\n'),
    }),
    'c/values.yaml expands its aliases too far',
  ],
  [
    'values that the schema refuses',
    template('a: b\n', {
      'c/values.schema.json': '{"properties": {"password": {"type": "number"}}, "required": ["x"]}',
    }),
    'the schema of the chart c refuses its values: a missing or unknown key, password',
  ],
  [
    'another version of Kubernetes',
    template('a: b\n', { 'c/Chart.yaml': `${chart['c/Chart.yaml']}kubeVersion: ">=9.9.9"\n` }),
    'the chart does not support this version of Kubernetes (setting kubeVersion)',
  ],
  [
    'a missing dependency',
    template('a: b\n', {
      'c/Chart.yaml': `${chart['c/Chart.yaml']}dependencies: [{name: db, version: 1.0.0, repository: "https://x"}]\n`,
    }),
    'a dependency of the chart is missing in charts/: db',
  ],
  ['a chart without Chart.yaml', { 'c/templates/a.yaml': 'a: b\n' }, 'the chart has no Chart.yaml'],
  [
    'a Chart.yaml that is not valid',
    template('a: b\n', { 'c/Chart.yaml': `name: [${canary}\n` }),
    'Chart.yaml of the chart is not valid',
  ],
  [
    'fail in a subchart',
    template('a: b\n', {
      'c/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
      'c/charts/db/templates/x.yaml': `a: b\n{{ fail "${canary}" }}\n`,
    }),
    'the template c/charts/db/templates/x.yaml:2 calls fail',
  ],
]

const kustomize: readonly (readonly [claim: string, files: Files, said: string])[] = [
  [
    'a missing file',
    kustomization('resources: [gone.yaml]\n'),
    'k/kustomization.yaml refers to k/gone.yaml, which does not exist',
  ],
  [
    'a file that a base misses',
    kustomization('resources: [../base]\n', { 'base/kustomization.yaml': 'resources: [gone.yaml]\n' }),
    'base/kustomization.yaml refers to base/gone.yaml, which does not exist',
  ],
  [
    'a base of another repository',
    kustomization('resources: ["github.com/example/base?ref=main"]\n'),
    'k/kustomization.yaml refers to github.com/example/base?ref=main, which is not in the repository',
  ],
  [
    'a manifest on a server',
    kustomization('resources: ["https://127.0.0.1:9/x.yaml"]\n'),
    'k/kustomization.yaml refers to https://127.0.0.1:9/x.yaml, which is not in the repository',
  ],
  [
    'an unknown field',
    kustomization(`resources: [web.yaml]\nfooBar: ${canary}\n`),
    'k/kustomization.yaml has the field fooBar, which kustomize does not know',
  ],
  [
    'a value of another type',
    kustomization(`resources: [web.yaml]\nimages: ${canary}\n`),
    'k/kustomization.yaml has a value of the wrong type at images',
  ],
  [
    'a literal of a secretGenerator',
    kustomization(`resources: [web.yaml]\nsecretGenerator: [{name: s, literals: ["${canary}"]}]\n`),
    'k/kustomization.yaml has a generator with a literal that is not key=value',
  ],
  [
    'a literal that is given twice',
    kustomization(`resources: [web.yaml]\nsecretGenerator: [{name: s, literals: [a=1, a=${canary}]}]\n`),
    'k/kustomization.yaml has a generator with a key that is given twice',
  ],
  [
    'a patch of an object that is not there',
    kustomization(
      'resources: [web.yaml]\npatches: [{patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: api}}"}]\n',
    ),
    'k/kustomization.yaml has a patch of Deployment/api, which it does not contain',
  ],
  [
    'a JSON patch of a path that is not there',
    kustomization('resources: [web.yaml]\npatches: [{target: {kind: Deployment}, path: p.yaml}]\n', {
      'k/p.yaml': `- op: replace\n  path: /spec/foo/bar\n  value: ${canary}\n`,
    }),
    'k/kustomization.yaml has a JSON patch of a path that its object does not have',
  ],
  [
    'a patch that is none',
    kustomization('resources: [web.yaml]\npatches: [{path: p.yaml}]\n', { 'k/p.yaml': `a: b: ${canary}\n` }),
    'k/p.yaml is neither a merge patch nor a JSON patch',
  ],
  [
    'a manifest that is not YAML',
    kustomization('resources: [web.yaml]\n', { 'k/web.yaml': `kind: A\nmetadata:\n\tname: ${canary}\n` }),
    'k/web.yaml:3 is not valid YAML',
  ],
  [
    'a manifest without a kind',
    kustomization('resources: [web.yaml]\n', { 'k/web.yaml': `metadata: {name: ${canary}}\n` }),
    'k/web.yaml has an object without kind',
  ],
  [
    'a key that is given twice',
    kustomization('resources: [web.yaml]\n', {
      'k/web.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a: b\n  a: ${canary}\n`,
    }),
    'k/web.yaml:6 has a key that is already defined',
  ],
  [
    'an object that is given twice',
    kustomization('resources: [web.yaml, copy.yaml]\n', { 'k/copy.yaml': web }),
    'k/kustomization.yaml contains Deployment/web twice',
  ],
  [
    'a circle',
    kustomization('resources: [../b]\n', { 'b/kustomization.yaml': 'resources: [../k]\n' }),
    'b/kustomization.yaml is part of a circle of kustomizations',
  ],
  [
    'a component that is none',
    kustomization('components: [../b]\n', { 'b/kustomization.yaml': 'resources: []\n' }),
    'k/kustomization.yaml uses a kustomization as a component that is not one',
  ],
  [
    'a plugin',
    kustomization('resources: [web.yaml]\ngenerators: [g.yaml]\n', {
      'k/g.yaml': `apiVersion: evil/v1\nkind: Gen\nmetadata: {name: ${canary}}\n`,
    }),
    'k/kustomization.yaml uses a plugin or a function, which Tortoise does not run',
  ],
  [
    'a replacement of a field that is not there',
    kustomization(
      'resources: [web.yaml]\nreplacements: [{source: {kind: Deployment, name: web, fieldPath: a.b}, targets: [{select: {kind: Deployment}, fieldPaths: [spec.x]}]}]\n',
    ),
    'k/kustomization.yaml has a replacement of a field that its source does not have',
  ],
  ['an empty kustomization', { 'k/kustomization.yaml': '' }, 'k/kustomization.yaml is empty'],
  [
    'a kustomization that is not YAML',
    kustomization('resources: [a\n'),
    'k/kustomization.yaml is not valid YAML',
  ],
]

describe.each(['v31', 'v35'] as const)('a failure of the programs of %s', (version) => {
  it.each([...helm, ...kustomize])('by %s is shown as class and place', async (_, files, said) => {
    const text = await saidOf(version, files)
    expect(text).toBe(said)
    expect(text).not.toContain(canary)
  })
})

describe('a failure with words that no rule knows', () => {
  const outcome: Outcome = {
    command: 'helm',
    exitCode: 7,
    stdout: '',
    stderr: `Error: ${canary}`,
    elapsedMs: 1,
    timedOut: false,
    tooLong: false,
    tooLarge: false,
  }
  const source: Source = { kind: 'helm', id: 'c', path: 'c' }

  it('shows the program and its exit code alone', () => {
    expect(describeFailure(source, outcome, [])).toBe('Helm ended with exit code 7')
    expect(describeFailure({ ...source, kind: 'kustomize' }, outcome, [])).toBe(
      'kustomize ended with exit code 7',
    )
    expect(describeFailure(source, { ...outcome, exitCode: null }, [])).toBe('Helm ended early')
  })

  it.each([
    [{ timedOut: true }, 'the program did not finish within the time limit'],
    [{ tooLong: true }, 'the program printed more than the limit'],
    [{ tooLarge: true }, 'the program used more memory than the limit'],
    [{ stderr: `bwrap: ${canary}` }, 'the sandbox could not be set up'],
  ])('names the limit or the sandbox: %j', (more, said) => {
    expect(describeFailure(source, { ...outcome, ...more }, [])).toBe(said)
  })

  it.each([
    [
      `Error: execution error at (${canary}/templates/x.yaml:1:2): x`,
      'a template of the chart calls fail or required',
    ],
    [
      `Error: ${canary}.yaml:1:2\n  executing "x" at <.${canary}>:\n    nil pointer evaluating`,
      'a template of the chart reads a value, of which a part is not set',
    ],
    [`Error: failed to parse ./${canary}.yaml: x`, 'inline values are not valid YAML'],
  ])('shows no name that is not one of a laid file: %j', (stderr, said) => {
    expect(describeFailure(source, { ...outcome, stderr }, [])).toBe(said)
  })

  it('reads what kubectl logs', () => {
    const files = [{ path: 'k/kustomization.yaml', content: 'foo: bar\n' }]
    const logged =
      'E1127 23:12:17.871824       2 run.go:72] "command failed" err="invalid Kustomization: json: unknown field \\"foo\\""\n'
    const kustomized: Source = { kind: 'kustomize', id: 'k', path: 'k' }
    expect(describeFailure(kustomized, { ...outcome, stderr: logged }, files)).toBe(
      'k/kustomization.yaml has the field foo, which kustomize does not know',
    )
  })
})
