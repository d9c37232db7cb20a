import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../lab/programs.mjs'
import { demoCheckout, program, read, tortoise } from './program.ts'

const checkout = demoCheckout()
const root = checkout.directory
afterAll(checkout.remove)

const run = (file: string, args: readonly string[], cwd = root): string =>
  execFileSync(file, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26 })

const write = (path: string, content: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

const recommendation = (name: string, container: string, value: string): string =>
  JSON.stringify({
    version: 1,
    workload: { kind: 'Deployment', name },
    values: [{ container, field: 'requests.cpu', value }],
  })

const parameters = (...list: readonly object[]) => ({ ARGOCD_APP_PARAMETERS: JSON.stringify(list) })

beforeAll(() => {
  write('plain/one.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n')
  write('plain/two.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"}}')
  write('plain/deep/three.yml', '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: three}\n')
  write('plain/values.yaml', 'not: a manifest\n')
  write('plain/notes.txt', 'apiVersion: v1\nkind: Text\n')
  write('empty/values.yaml', 'a: 1\n')
})

describe('render', () => {
  it('prints what kustomize prints, byte for byte', async () => {
    const ended = await tortoise(['render', 'apps/overlays/prod'], { cwd: root })
    expect(ended).toEqual({
      status: 0,
      stderr: '',
      stdout: run('kubectl', ['kustomize', 'apps/overlays/prod']),
    })
  })

  it('prints what Helm prints with the flags of Argo CD, byte for byte', async () => {
    const env = {
      ARGOCD_APP_NAME: 'argocd_storefront',
      ARGOCD_APP_NAMESPACE: 'shop',
      KUBE_VERSION: '1.34.0',
      KUBE_API_VERSIONS: 'v1,autoscaling/v2,example.com/v1',
      ...parameters(
        { name: 'values-files', array: ['/envs/prod/storefront.yaml'] },
        { name: 'values', string: 'replicas: 3\n' },
        { name: 'helm-parameters', map: { 'image.tag': '2', 'note.list': 'a,b' } },
        { name: 'helm-string-parameters', map: { 'note.text': '1' } },
        { name: 'helm-file-parameters', map: { 'note.file': 'values.yaml' } },
      ),
    }
    write('inline.yaml', 'replicas: 3\n')
    const bare = run('helm', [
      ...[
        'template',
        'storefront',
        'charts/web',
        '--include-crds',
        '--namespace',
        'shop',
        '--kube-version',
        '1.34.0',
      ],
      ...['--api-versions', 'v1', '--api-versions', 'autoscaling/v2', '--api-versions', 'example.com/v1'],
      ...[
        '--values',
        'envs/prod/storefront.yaml',
        '--values',
        'inline.yaml',
        '--set',
        'image.tag=2',
        '--set',
        'note.list=a\\,b',
      ],
      ...['--set-string', 'note.text=1', '--set-file', 'note.file=charts/web/values.yaml'],
    ])
    expect(await tortoise(['render', 'charts/web'], { cwd: root, env })).toEqual({
      status: 0,
      stderr: '',
      stdout: bare,
    })
  })

  it('prints the manifests of a directory, and of those below it when asked', async () => {
    const flat = await tortoise(['render', 'plain'], { cwd: root })
    expect(names(flat.stdout)).toEqual(['one', 'two'])
    const deep = await tortoise(['render', 'plain'], {
      cwd: root,
      env: parameters({ name: 'directory-recurse', string: 'true' }),
    })
    expect(names(deep.stdout)).toEqual(['three', 'one', 'two'])
    const some = parameters(
      { name: 'directory-recurse', string: 'true' },
      { name: 'directory-exclude', string: '{*.json,deep/*}' },
    )
    expect(names((await tortoise(['render', 'plain'], { cwd: root, env: some })).stdout)).toEqual(['one'])
  })

  it('lays recommendations over it, those of the cluster over those for all, and nothing else changes', async () => {
    write('apps/overlays/prod/.tortoise/cart.json', recommendation('cart', 'cart', '11m'))
    write('apps/overlays/prod/.tortoise/blue/cart.json', recommendation('cart', 'cart', '22m'))
    write('apps/overlays/prod/.tortoise/gone.json', recommendation('gone', 'gone', '33m'))
    const bare = run('kubectl', ['kustomize', 'apps/overlays/prod']).split('\n')
    for (const [flags, value] of [
      [[], '11m'],
      [['--cluster', 'blue'], '22m'],
    ] as const) {
      const ended = await tortoise(['render', 'apps/overlays/prod', ...flags], { cwd: root })
      const lines = ended.stdout.split('\n')
      expect(lines.filter((line, at) => line !== bare[at])).toEqual([`            cpu: ${value}`])
      expect(lines).toHaveLength(bare.length)
      expect(ended.stderr).toMatch(/^warning: .*gone\.json: nothing of Deployment\/gone/)
    }
    rmSync(join(root, 'apps/overlays/prod/.tortoise'), { recursive: true })
  })

  it.each<[string, string, readonly object[], RegExp]>([
    [
      'a flag as release name',
      'charts/web',
      [{ name: 'release-name', string: '--post-renderer=/bin/sh' }],
      /cannot be the name of a Helm release/,
    ],
    [
      'shell text as namespace',
      'charts/web',
      [{ name: 'namespace', string: '$(touch pwned)' }],
      /cannot be the name of a namespace/,
    ],
    [
      'a values file outside',
      'charts/web',
      [{ name: 'values-files', array: ['../../../etc/passwd'] }],
      /outside the repository|leaves the repository/,
    ],
    [
      'a values file on the web',
      'charts/web',
      [{ name: 'values-files', array: ['https://example.com/values.yaml'] }],
      /does not exist/,
    ],
    [
      'a flag as values file',
      'charts/web',
      [{ name: 'values-files', array: ['--post-renderer'] }],
      /does not exist/,
    ],
    [
      'a second assignment in a name',
      'charts/web',
      [{ name: 'helm-file-parameters', map: { 'a=/etc/passwd,b': 'values.yaml' } }],
      /cannot be the name of a Helm parameter/,
    ],
    [
      'a file parameter outside',
      'charts/web',
      [{ name: 'helm-file-parameters', map: { a: '/../../etc/passwd' } }],
      /outside the repository|leaves the repository/,
    ],
    [
      'a file parameter with two',
      'charts/web',
      [{ name: 'helm-file-parameters', map: { a: 'values.yaml,b=/etc/passwd' } }],
      /no such file/,
    ],
    [
      'a cluster outside',
      'charts/web',
      [{ name: 'cluster', string: '..' }],
      /cannot be the name of a cluster/,
    ],
    [
      'recommendations outside',
      'charts/web',
      [{ name: 'recommendations', string: '../../..' }],
      /outside the repository|leaves the repository/,
    ],
    [
      'a parameter that is none',
      'charts/web',
      [{ name: 'value-files', array: [] }],
      /no plugin parameter "value-files".*\n.*values-files/,
    ],
    [
      'a text where a list belongs',
      'charts/web',
      [{ name: 'values-files', array: 'a.yaml' }],
      /values-files must be a list/,
    ],
    [
      'a flag that is none',
      'charts/web',
      [{ name: 'include-crds', string: 'yes' }],
      /include-crds must be true or false/,
    ],
    ['an application without manifests', 'empty', [], /renders no manifests at all/],
    ['a directory that is not there', 'nowhere', [], /nowhere/],
  ])('stops on %s, printing nothing', async (_name, path, list, says) => {
    const ended = await tortoise(['render', path], { cwd: root, env: parameters(...list) })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(says)
    expect(existsSync(join(root, 'pwned'))).toBe(false)
  })

  it.each([[undefined], [''], ['null'], ['[]'], ['[null]'], ['[{"name":"values","string":""}]']])(
    'takes %j for no parameters',
    async (json) => {
      const env = json === undefined ? {} : { ARGOCD_APP_PARAMETERS: json }
      const ended = await tortoise(['render', 'charts/web', '--release', 'web'], { cwd: root, env })
      expect(ended.status).toBe(0)
    },
  )

  it('follows no link out of the repository', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'))
    writeFileSync(join(outside, 'secret.yaml'), 'apiVersion: v1\nkind: Secret\nmetadata: {name: theirs}\n')
    write('linked/kustomization.yaml', 'resources: [secret.yaml]\n')
    symlinkSync(join(outside, 'secret.yaml'), join(root, 'linked/secret.yaml'))
    const ended = await tortoise(['render', 'linked'], { cwd: root })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    rmSync(outside, { recursive: true })
  })

  it('announces parameters for the kind of source', async () => {
    const names = async (path: string) =>
      (
        JSON.parse((await tortoise(['render', path, '--parameters'], { cwd: root })).stdout) as {
          name: string
        }[]
      ).map(({ name }) => name)
    expect(await names('charts/web')).toContain('values-files')
    expect(await names('apps/overlays/prod')).toEqual(
      expect.arrayContaining(['cluster', 'recommendations', 'namespace', 'name-prefix', 'images']),
    )
    expect(await names('apps/overlays/prod')).not.toContain('values-files')
    expect(await names('plain')).toContain('directory-recurse')
  })
})

describe("Argo CD's options for a kustomization", () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: shop/web:1}, {name: proxy, image: envoy:2}]}\n'
  const own = 'resources: [web.yaml]\nnamePrefix: old-\nimages: [{name: shop/web, newTag: "7"}]\n'
  const component =
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {by: component}\n'
  beforeAll(() => {
    for (const at of ['options', 'wanted']) {
      write(`${at}/web.yaml`, deployment)
      write(`${at}/kustomization.yaml`, own)
      write(`${at}/extra/kustomization.yaml`, component)
    }
  })

  it.each<[string, object, string]>([
    ['name-prefix', { string: 'blue-' }, own.replace('old-', 'blue-')],
    ['name-suffix', { string: '-v2' }, `${own}nameSuffix: -v2\n`],
    ['namespace', { string: 'team' }, `${own}namespace: team\n`],
    ['images', { array: ['shop/web:8'] }, own.replace('"7"', '"8"')],
    [
      'images',
      { array: ['envoy=mirror.example:5000/envoy:3', `shop/web@sha256:${'a'.repeat(64)}`] },
      `resources: [web.yaml]\nnamePrefix: old-\nimages:\n- {name: envoy, newName: "mirror.example:5000/envoy", newTag: "3"}\n- {name: shop/web, digest: "sha256:${'a'.repeat(64)}"}\n`,
    ],
    ['replicas', { map: { web: '4' } }, `${own}replicas: [{name: web, count: 4}]\n`],
    ['common-labels', { map: { team: 'a' } }, `${own}commonLabels: {team: a}\n`],
    ['common-annotations', { map: { note: 'on' } }, `${own}commonAnnotations: {note: "on"}\n`],
    ['components', { array: ['extra'] }, `${own}components: [extra]\n`],
    [
      'patches',
      { string: '- target: {kind: Deployment}\n  patch: "- {op: add, path: /spec/replicas, value: 9}"\n' },
      `${own}patches:\n- target: {kind: Deployment}\n  patch: "- {op: add, path: /spec/replicas, value: 9}"\n`,
    ],
  ])('%s %j', async (name, value, kustomization) => {
    write('wanted/kustomization.yaml', kustomization)
    const ended = await tortoise(['render', 'options'], { cwd: root, env: parameters({ name, ...value }) })
    expect(ended).toEqual({ status: 0, stderr: '', stdout: run('kubectl', ['kustomize', 'wanted']) })
  })

  it('labels that leave selectors alone, in templates or not', async () => {
    for (const templates of ['true', 'false']) {
      const labels = `labels: [{pairs: {team: a}, includeTemplates: ${templates}}]\n`
      write('wanted/kustomization.yaml', `${own}${labels}`)
      const env = parameters(
        { name: 'common-labels', map: { team: 'a' } },
        { name: 'label-without-selector', string: 'true' },
        { name: 'label-include-templates', string: templates },
      )
      const ended = await tortoise(['render', 'options'], { cwd: root, env })
      expect(ended.stdout).toBe(run('kubectl', ['kustomize', 'wanted']))
    }
  })

  it('versions for the charts inside it: those of the destination, or of the parameters', async () => {
    const version = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\ndata:\n'
    const data = `${version}  version: {{ .Capabilities.KubeVersion.Version }}\n  own: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}\n`
    write('inflating/charts/inner/Chart.yaml', 'apiVersion: v2\nname: inner\nversion: 0.1.0\n')
    write('inflating/charts/inner/values.yaml', '{}\n')
    write('inflating/charts/inner/templates/v.yaml', data)
    write('inflating/kustomization.yaml', 'helmCharts: [{name: inner, releaseName: inner}]\n')
    const env = { KUBE_VERSION: '1.30.0', KUBE_API_VERSIONS: 'v1,example.com/v1' }
    const ended = await tortoise(['render', 'inflating'], { cwd: root, env })
    expect(ended.stdout).toContain('version: v1.30.0')
    expect(ended.stdout).toContain('own: "true"')
    const asked = { ...env, ...parameters({ name: 'kube-version', string: '1.31.0' }) }
    expect((await tortoise(['render', 'inflating'], { cwd: root, env: asked })).stdout).toContain('v1.31.0')
  })

  it.each<[string, object, RegExp]>([
    ['images', { array: ['web'] }, /"web" is no image/],
    ['images', { array: ['a=b=c'] }, /"a=b=c" is no image/],
    ['replicas', { map: { web: 'many' } }, /must be counts/],
    ['patches', { string: 'a: [' }, /must be a YAML list/],
    ['components', { array: ['../../../etc'] }, /leads outside the repository/],
    ['name-prefix', { string: ['a'] }, /name-prefix must be a text/],
  ])('%s %j stops, printing nothing', async (name, value, says) => {
    const ended = await tortoise(['render', 'options'], { cwd: root, env: parameters({ name, ...value }) })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(says)
  })
})

const names = (text: string): readonly string[] =>
  [...text.matchAll(/name"?: ?"?(\w+)/g)].map(([, name]) => name ?? '')

describe('as a filter', () => {
  const filter = (input: string, ...args: readonly string[]) =>
    spawnSync(process.execPath, [program, 'render', '-', ...args], { cwd: root, input, encoding: 'utf8' })

  it('lays recommendations over what comes in', () => {
    write('.tortoise/web.json', recommendation('web', 'web', '11m'))
    const input = run('helm', ['template', 'web', 'charts/web', '--values', 'envs/prod/storefront.yaml'])
    const { status, stdout } = filter(input)
    expect(status).toBe(0)
    expect(stdout).toBe(input.replace('cpu: 1\n', 'cpu: 11m\n'))
  })

  it('hands on what it has nothing to say about', () => {
    expect(filter('kind: X\n', '--recommendations', 'plain/deep')).toMatchObject({
      status: 0,
      stdout: 'kind: X\n',
    })
    expect(filter('')).toMatchObject({ status: 0, stdout: '' })
  })
})

describe('as a post-renderer', () => {
  const home = mkdtempSync(join(tmpdir(), 'helm-home-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const bin = join(home, 'bin')
  const template = (helm: string, ...args: readonly string[]) =>
    spawnSync(join(helm, 'helm'), ['template', 'web', 'charts/web', ...args], {
      cwd: root,
      encoding: 'utf8',
      env: {
        HOME: home,
        HELM_PLUGINS: join(home, 'plugins'),
        PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
      },
    })
  beforeAll(() => {
    mkdirSync(bin)
    symlinkSync(program, join(bin, 'tortoise'))
    chmodSync(program, 0o755)
    write('.tortoise/web.json', recommendation('web', 'web', '11m'))
  })

  const laysOver = (helm: string, args: readonly string[]): void => {
    const { stdout, stderr, status } = template(helm, ...args)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('cpu: 11m')
    expect(template(helm).stdout).not.toContain('cpu: 11m')
  }

  it('Helm 3 takes the program with arguments', () => {
    const args = [
      '--post-renderer',
      'tortoise',
      '--post-renderer-args',
      'render',
      '--post-renderer-args',
      '-',
    ]
    laysOver(programDirectory('v31'), args)
  })

  it('Helm 4 takes it as an installed plugin', () => {
    const plugin = join(import.meta.dirname, '../../config/deploy/helm-plugin')
    cpSync(plugin, join(home, 'plugins/tortoise'), { recursive: true })
    laysOver(programDirectory('v35'), ['--post-renderer', 'tortoise'])
  })
})

it('the published schema accepts what the tests write', () => {
  expect(JSON.parse(read(import.meta.dirname, '../../config/overlay.schema.json'))).toHaveProperty(
    'properties.values',
  )
  expect(JSON.parse(readFileSync(join(root, '.tortoise/web.json'), 'utf8'))).toHaveProperty(
    'workload.name',
    'web',
  )
})
