import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, describe, expect, it } from 'vitest'
import { read, tortoise } from './program.ts'
import { names, parameters, recommendation, renderGround } from './render-ground.ts'

const { checkout, root, run, write } = renderGround()
afterAll(checkout.remove)

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
      expect(ended.stderr).toMatch(
        /^warning: .*gone\.json: this rendering has no place for the values of Deployment\/gone/,
      )
    }
    rmSync(join(root, 'apps/overlays/prod/.tortoise'), { recursive: true })
  })

  it.each<[string, string, readonly object[], RegExp]>([
    [
      'a flag as release name',
      'charts/web',
      [{ name: 'release-name', string: '--post-renderer=/bin/sh' }],
      /is not a valid name of a Helm release/,
    ],
    [
      'shell text as namespace',
      'charts/web',
      [{ name: 'namespace', string: '$(touch pwned)' }],
      /is not a valid name of a namespace/,
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
      /is not a valid name of a Helm parameter/,
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
      /cannot be used as a directory name/,
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
    ['an application without manifests', 'empty', [], /renders no manifests/],
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

it('the published schema accepts what the tests write, and nothing of another shape', () => {
  const schema = JSON.parse(read(import.meta.dirname, '../../config/overlay.schema.json'))
  const accepts = new Ajv2020({ strict: false }).compile(schema)
  const good = JSON.parse(recommendation('web', 'web', '11m'))
  expect(accepts(good), JSON.stringify(accepts.errors)).toBe(true)
  expect(accepts({ ...good, values: [{ container: 'web', field: 'image', value: 'x' }] })).toBe(false)
  expect(accepts({ ...good, version: 2 })).toBe(false)
})
