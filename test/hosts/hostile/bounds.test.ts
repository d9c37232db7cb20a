import { mkdtempSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { tortoise, writeFiles } from '../program.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-bounds-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

interface Bomb {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly links?: Readonly<Record<string, string>>
  /** A file that takes ten gigabytes, none of them on the disk. */
  readonly sparse?: string
  readonly args: readonly string[]
}

const container = 'containers: [{name: app, image: x, resources: {requests: {cpu: 500m}}}]'
const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {${container}}}}\n`
const manifests = (more: string) => ({ 'm/web.yaml': `${deployment}${more}` })
const kustomization = (text: string) => ({ 'k/kustomization.yaml': text, 'k/web.yaml': deployment })
const chart = {
  'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
  'c/values.yaml': 'cpu: 500m\n',
  'c/templates/d.yaml': deployment.replace('500m', '{{ .Values.cpu }}'),
}
const set = (source: string) => [
  'set',
  source,
  '--workload',
  'Deployment/web',
  '--set',
  'requests.cpu=100m',
  '--dry-run',
]
const list = (count: number) => Array.from({ length: count }, (_, n) => `{a: ${n}}`).join(', ')
const applications = (generators: string, path = 'k') => ({
  ...kustomization('resources: [web.yaml]\n'),
  'a/set.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: web}\nspec:\n  generators: [${generators}]\n  template:\n    metadata: {name: "x{{a}}"}\n    spec: {source: {repoURL: x, path: "${path}"}, destination: {namespace: a}}\n`,
})
const substitution = (text: string, value: string) => ({
  ...kustomization('resources: [web.yaml, big.yaml]\n'),
  'k/big.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "${text}"}\n`,
  'f/web.yaml': `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: a}\nspec: {path: ./k, postBuild: {substitute: {A: ${value}}}}\n`,
})

const bombs: readonly Bomb[] = [
  { name: 'a chart with links to itself', files: chart, links: { 'c/a': '.', 'c/b': '.' }, args: set('c') },
  {
    name: 'a mapping of 100,000 keys in settings',
    files: {
      ...manifests(''),
      'tortoise.yaml': `x:\n${Array.from({ length: 100_000 }, (_, n) => `  k${n}: a\n`).join('')}`,
    },
    args: set('m'),
  },
  {
    name: '90,000 aliases in a kustomization',
    files: kustomization(`x: &p web.yaml\nresources: [${'*p,'.repeat(90_000)}]\n`),
    args: set('k'),
  },
  {
    name: '90,000 aliases in settings',
    files: { ...manifests(''), 'tortoise.yaml': `x: &p a\ny: [${'*p,'.repeat(90_000)}]\n` },
    args: set('m'),
  },
  { name: 'a million blanks in a line', files: manifests(`x: a${' '.repeat(1e6)}b\n`), args: set('m') },
  {
    name: 'settings of ten gigabytes',
    files: { ...manifests(''), 'tortoise.yaml': '' },
    sparse: 'tortoise.yaml',
    args: set('m'),
  },
  {
    name: 'a manifest of ten gigabytes',
    files: { ...manifests(''), 'm/big.yaml': '' },
    sparse: 'm/big.yaml',
    args: set('m'),
  },
  {
    name: 'a file of a chart of ten gigabytes',
    files: { ...chart, 'c/files/big.bin': '' },
    sparse: 'c/files/big.bin',
    args: set('c'),
  },
  { name: 'a million empty documents', files: manifests('---\n'.repeat(1e6)), args: set('m') },
  { name: 'two million comments', files: manifests('#\n'.repeat(2e6)), args: set('m') },
  {
    name: 'an ApplicationSet of 25 million Applications',
    files: applications(
      `{matrix: {generators: [{list: {elements: [${list(5_000)}]}}, {list: {elements: [${list(5_000)}]}}]}}`,
    ),
    args: ['discover'],
  },
  {
    name: 'an ApplicationSet with a template of blanks',
    files: applications(`{list: {elements: [${list(1)}]}}`, `{{${' '.repeat(20_000)}`),
    args: ['discover'],
  },
  {
    name: 'variables that make ten gigabytes of a text',
    files: substitution(`$${'{A}$'.repeat(20_000)}`, 'y'.repeat(500_000)),
    args: set('k'),
  },
  {
    name: 'variables without an end',
    files: substitution(`$${'{A:=$'.repeat(100_000)}`, 'y'),
    args: set('k'),
  },
  {
    name: 'a path that is named 80,000 times on one line',
    files: {
      ...applications(''),
      'a/x.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a, annotations: {x: "${'path: '.repeat(80_000)}"}}\n`,
    },
    args: set('k'),
  },
]

it.each(bombs)(
  'a repository with $name does not keep Tortoise busy',
  async ({ files, links = {}, sparse, args }) => {
    const repository = mkdtempSync(join(work, 'repository-'))
    writeFiles(repository, files)
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(repository, path))
    if (sparse !== undefined) truncateSync(join(repository, sparse), 10 * 1024 ** 3)
    const ended = await tortoise([...args, '--repo', repository], { cwd: repository })
    expect([0, 1, 2]).toContain(ended.status)
  },
  90_000,
)
