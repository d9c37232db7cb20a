import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoCheckout, demoFiles, git, tortoise, writeFiles } from './program.ts'

const snapshot = join(demoFiles, 'snapshot.json')
const work = { root: '' }
beforeAll(() => {
  work.root = mkdtempSync(join(tmpdir(), 'tortoise-safety-'))
})
afterAll(() => rmSync(work.root, { recursive: true, force: true }))

const container = (more = '') => `      containers:
        - name: app
          image: x
          resources:
            requests:
              cpu: 500m
              memory: 256Mi
${more}`
const deployment = (more = '', metadata = 'name: web') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {${metadata}}\nspec:\n  template:\n    spec:\n${container(more)}`
const uses = (...paths: readonly string[]) => `resources: [${paths.join(', ')}]\n`
const base = { 'base/kustomization.yaml': uses('web.yaml'), 'base/web.yaml': deployment() }

/** Writes a repository and runs `set` on it; returns how it ended and the content of a file afterwards. */
async function set(name: string, files: Readonly<Record<string, string>>, args: readonly string[]) {
  const directory = join(work.root, name)
  writeFiles(directory, files)
  const [source = '', ...rest] = args
  const ended = await tortoise(['set', source, '--repo', directory, ...rest])
  return { ...ended, read: (path: string) => readFileSync(join(directory, path), 'utf8') }
}

const cpu = ['--workload', 'Deployment/web', '--set', 'requests.cpu=100m']

describe('a shared base stays as it is when a sharer', () => {
  it.each([
    [
      'does not render here',
      {
        'staging/kustomization.yaml': `${uses('../base')}helmCharts: [{name: r, repo: https://example.invalid, version: 1.0.0}]\n`,
      },
    ],
    ['refers to something outside', { 'staging/kustomization.yaml': uses('../base', '../../outside') }],
    ['is in a hidden directory', { '.hidden/staging/kustomization.yaml': uses('../../base') }],
    [
      'is an overlay that another overlay uses',
      { 'eu/kustomization.yaml': uses('../us'), 'us/kustomization.yaml': uses('../base') },
    ],
  ])('%s', async (name, sharer) => {
    const ended = await set(name, { ...base, 'prod/kustomization.yaml': uses('../base'), ...sharer }, [
      'prod',
      ...cpu,
    ])
    expect(ended.status).toBe(0)
    expect(ended.read('base/web.yaml')).toBe(base['base/web.yaml'])
    expect(ended.read('prod/kustomization.yaml')).toContain('cpu: 100m')
  })
})

describe('set', () => {
  it('asks when a name is rendered in two namespaces, and takes the one that is named', async () => {
    const files = {
      'k/kustomization.yaml': uses('a.yaml', 'b.yaml'),
      'k/a.yaml': deployment('', 'name: web, namespace: a'),
      'k/b.yaml': deployment('', 'name: web, namespace: b'),
    }
    expect(await set('two', files, ['k', ...cpu])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('a/Deployment/web, b/Deployment/web'),
    })
    const ended = await set('two', files, [
      'k',
      '--workload',
      'b/Deployment/web',
      '--set',
      'requests.cpu=100m',
    ])
    expect(
      [ended.read('k/a.yaml'), ended.read('k/b.yaml')].map((text) => /cpu: (\w+)/.exec(text)?.[1]),
    ).toEqual(['500m', '100m'])
  })

  it('means the main container when none is named, never an init container', async () => {
    const init =
      '      initContainers:\n        - name: migrate\n          image: x\n          resources: {limits: {memory: 64Mi}}\n'
    const ended = await set(
      'init',
      { 'k/kustomization.yaml': uses('web.yaml'), 'k/web.yaml': deployment(init) },
      ['k', '--workload', 'Deployment/web', '--set', 'limits.memory=1Gi'],
    )
    expect(ended.stdout).toContain('Deployment/web app limits.memory = 1Gi')
    expect(ended.read('k/web.yaml')).toContain('resources: {limits: {memory: 64Mi}}')
  })

  it('puts no literal beside a variable that is a reference', async () => {
    const env =
      '          env:\n            - name: GOMEMLIMIT\n              valueFrom: {resourceFieldRef: {resource: limits.memory}}\n'
    const ended = await set(
      'ref',
      { 'k/kustomization.yaml': uses('web.yaml'), 'k/web.yaml': deployment(env) },
      ['k', '--workload', 'Deployment/web', '--set', 'env.GOMEMLIMIT=200MiB'],
    )
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining('limits.memory of container') })
  })

  it.each([
    'requests.cpu=9Mi',
    'requests.cpu=-100m',
    'requests.memory=1',
    'requests.memory=9m',
    'requests.cpu=1E',
  ])('refuses the slip %s', async (assignment) => {
    const ended = await set(
      'slip',
      { 'k/kustomization.yaml': uses('web.yaml'), 'k/web.yaml': deployment() },
      ['k', '--workload', 'Deployment/web', '--set', assignment],
    )
    expect(ended.status).toBe(1)
    expect(ended.read('k/web.yaml')).toBe(deployment())
  })

  it('never lets a release name become a flag', async () => {
    const chart = {
      'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      'c/values.yaml': '',
      'c/templates/d.yaml': deployment(),
    }
    const ended = await set('flag', chart, ['c', `--release=--output-dir=${work.root}/out`, ...cpu])
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is not a valid name of a Helm release'),
    })
  })

  it('shows nothing of a Secret that an edit would change', async () => {
    const chart = {
      'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
      'c/values.yaml': 'cpu: 500m\npassword: hunter2-very-secret\n',
      'c/templates/d.yaml': deployment().replace('cpu: 500m', 'cpu: {{ .Values.cpu }}'),
      'c/templates/s.yaml':
        'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  all: {{ .Values | toYaml | quote }}\n',
    }
    const ended = await set('secret', chart, ['c', ...cpu])
    expect(ended).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('Secret/s stringData.all would change'),
    })
    expect(ended.stdout + ended.stderr).not.toContain('hunter2')
  })
})

describe('run', () => {
  it('ends when only a source that shares a values file refutes the edits, and says why', async () => {
    const directory = join(work.root, 'sharer')
    cpSync(join(demoFiles, 'repository'), directory, { recursive: true })
    const template =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm}\ndata:\n  size: {{ .Values.resources.requests.memory | quote }}\n'
    mkdirSync(join(directory, 'charts/other/templates'), { recursive: true })
    writeFileSync(join(directory, 'charts/other/Chart.yaml'), 'apiVersion: v2\nname: other\nversion: 1.0.0\n')
    writeFileSync(join(directory, 'charts/other/templates/cm.yaml'), template)
    const sources = ['web', 'other'].map(
      (chart) =>
        `{path: charts/${chart}, release: ${chart === 'web' ? 'storefront' : 'other'}, values: [envs/prod/storefront.yaml], cluster: prod, namespace: shop}`,
    )
    writeFileSync(join(directory, 'tortoise.yaml'), `sources: [${sources.join(', ')}]\n`)
    const ended = await tortoise(['plan', '--repo', directory, '--snapshot', snapshot])
    expect(ended).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('ConfigMap/cm data.size would change'),
    })
  })

  it('straight to the base branch: once, with a clean checkout, and not again on the same evidence', async () => {
    const { directory, remove } = demoCheckout()
    const settings = join(directory, 'tortoise.yaml')
    writeFileSync(
      settings,
      readFileSync(settings, 'utf8').replace('mode: commit', 'mode: commit\n  base: main\n  branch: main'),
    )
    git(directory, 'commit', '--quiet', '--all', '--message=direct')
    const run = () => tortoise(['run', '--repo', directory, '--snapshot', snapshot])
    expect(await run()).toMatchObject({ status: 0, stdout: expect.stringContaining('Committed') })
    expect(git(directory, 'status', '--porcelain')).toBe('')
    expect(await run()).toMatchObject({ status: 0, stdout: expect.stringContaining('Nothing to change') })
    expect(git(directory, 'rev-list', '--count', 'HEAD').trim()).toBe('3')
    remove()
  })

  it('does not build on a branch of proposals', async () => {
    const { directory, remove } = demoCheckout()
    git(directory, 'checkout', '--quiet', '-b', 'tortoise/right-size')
    expect(await tortoise(['run', '--repo', directory, '--snapshot', snapshot])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('deliver.base'),
    })
    remove()
  })
})
