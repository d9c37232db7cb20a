import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPrograms } from '../../../plugin/io/programs.ts'
import { openWorkTree } from '../../../plugin/io/work-tree.ts'
import { createRenderer } from '../../../renderers/renderers.ts'
import { tortoise, writeFiles } from '../program.ts'

const work = { root: '', port: 0, asked: [] as string[] }
const server = createServer((request, response) => {
  work.asked.push(request.url ?? '')
  response.end('resources: []\n')
})
beforeAll(async () => {
  work.root = mkdtempSync(join(tmpdir(), 'tortoise-hostile-'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  work.port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.close()
  rmSync(work.root, { recursive: true, force: true })
})

const container = 'containers: [{name: app, image: x, resources: {requests: {cpu: 500m}}}]'
const deployment = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {${container}}}}\n`
const chart = {
  'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
  'c/values.yaml': 'cpu: 500m\n',
  'c/templates/d.yaml': deployment.replace('500m', '{{ .Values.cpu }}'),
}
const secret = 'cpu: 500m # hunter2\n'
const function_ = `apiVersion: v1
kind: Sizes
metadata:
  name: sizes
  annotations:
    config.kubernetes.io/function: |
      exec:
        path: ./evil.sh
`
const evil = '#!/bin/sh\ntouch "$(dirname "$0")/pwned" /tmp/tortoise-pwned\n'
const release = (spec: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  destination: {namespace: shop}\n  source:\n    repoURL: https://git.example/a.git\n${spec}`

interface Attack {
  readonly files: Readonly<Record<string, string>>
  readonly links?: Readonly<Record<string, string>>
  readonly source: string
  readonly says: RegExp
  /** The edit is made all the same, since what is hostile plays no part in it. */
  readonly harmless?: true
}

const kustomization = (text: string) => ({ 'k/kustomization.yaml': text, 'k/web.yaml': deployment })

/** Runs `set` in a repository beside a directory with a secret, with little memory. */
async function attack(name: string, { files, links = {}, source }: Attack) {
  const directory = join(work.root, name.replaceAll(/\W+/g, '-'), 'repository')
  const lay = (path: string, text: string): void => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text, { mode: 0o755 })
  }
  for (const [path, text] of Object.entries(files))
    lay(path, text.replaceAll('PORT', String(work.port)).replaceAll('ROOT', basename(work.root)))
  lay('../outside/values.yaml', secret)
  lay('../outside/kustomization.yaml', 'resources: [web.yaml]\n')
  lay('../outside/web.yaml', deployment)
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(directory, path))
  work.asked.length = 0
  const ended = await tortoise(
    ['set', source, '--repo', directory, '--workload', 'Deployment/web', '--set', 'requests.cpu=100m'],
    { env: { NODE_OPTIONS: '--max-old-space-size=400' } },
  )
  return { directory, ...ended }
}

describe('a hostile repository', () => {
  it.each<readonly [string, Attack]>([
    [
      'a values file that is a link out of the tree',
      {
        files: chart,
        links: { 'c/prod.yaml': '../../outside/values.yaml' },
        source: 'c',
        says: /./,
        harmless: true,
      },
    ],
    [
      'the values of a chart that are a link out of the tree',
      {
        files: { 'c/Chart.yaml': chart['c/Chart.yaml'], 'c/templates/d.yaml': chart['c/templates/d.yaml'] },
        links: { 'c/values.yaml': '../../outside/values.yaml' },
        source: 'c',
        says: /outside|no scalar in the files|no .*value/,
      },
    ],
    [
      'a linked directory of manifests',
      {
        files: kustomization('resources: [linked]\n'),
        links: { 'k/linked': '../../outside' },
        source: 'k',
        says: /linked/,
      },
    ],
    [
      'a source that is itself a link out of the tree',
      { files: chart, links: { k: '../outside' }, source: 'k', says: /outside/ },
    ],
    [
      'an absolute link',
      {
        files: kustomization('resources: [passwd.yaml]\n'),
        links: { 'k/passwd.yaml': '/etc/passwd' },
        source: 'k',
        says: /passwd\.yaml/,
      },
    ],
    [
      'links in a circle',
      {
        files: kustomization('resources: [a]\n'),
        links: { 'k/a': 'b', 'k/b': 'a' },
        source: 'k',
        says: /\ba\b/,
      },
    ],
    [
      'a base outside',
      { files: kustomization('resources: [web.yaml, ../../outside]\n'), source: 'k', says: /outside/ },
    ],
    [
      // Seen from a copy in the directory for temporary files, where sources are rendered.
      'a base beside the copies of sources',
      {
        files: kustomization(
          'resources: [web.yaml, ../../ROOT/a-base-beside-the-copies-of-sources/outside]\n',
        ),
        source: 'k',
        says: /is outside the repository/,
      },
    ],
    [
      'a chart home outside',
      {
        files: kustomization(
          'resources: [web.yaml]\nhelmGlobals: {chartHome: /var/charts}\nhelmCharts: [{name: web}]\n',
        ),
        source: 'k',
        says: /chart home \/var\/charts is outside/,
      },
    ],
    [
      'a generator that reads a file outside',
      {
        files: kustomization(
          'resources: [web.yaml]\nconfigMapGenerator: [{name: s, files: [../../outside/values.yaml]}]\n',
        ),
        source: 'k',
        says: /outside/,
      },
    ],
    [
      'values files of an Application outside',
      {
        files: {
          ...chart,
          'a.yaml': release('    path: c\n    helm: {valueFiles: [../../outside/values.yaml]}\n'),
        },
        source: 'a.yaml',
        says: /outside/,
      },
    ],
    [
      'a path of an Application outside',
      { files: { 'a.yaml': release('    path: ../outside\n') }, source: 'a.yaml', says: /outside/ },
    ],
    [
      'a dependency outside',
      {
        files: {
          ...chart,
          'c/Chart.yaml': `${chart['c/Chart.yaml']}dependencies: [{name: web, version: 1.0.0, repository: "file://../../outside"}]\n`,
        },
        source: 'c',
        says: /outside|missing in charts/,
      },
    ],
    [
      'a template that asks for a file outside',
      {
        files: { ...chart, 'c/templates/s.yaml': '# {{ .Files.Get "../../outside/values.yaml" }}\n' },
        source: 'c',
        says: /./,
        harmless: true,
      },
    ],
    [
      'a manifest of 50 MB',
      {
        files: { 'm/web.yaml': deployment, 'm/big.yaml': `a: ${'x'.repeat(50 * 1024 ** 2)}\n` },
        source: 'm',
        says: /big\.yaml.*larger than/,
      },
    ],
    [
      'a manifest of 50 MB that the source does not read',
      {
        files: {
          ...kustomization('resources: [web.yaml]\n'),
          'm/big.yaml': `a: ${'x'.repeat(50 * 1024 ** 2)}\n`,
        },
        source: 'k',
        says: /./,
        harmless: true,
      },
    ],
    [
      'a manifest nested 20,000 deep',
      {
        files: { 'm/web.yaml': deployment, 'm/deep.yaml': `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n` },
        source: 'm',
        says: /deep\.yaml/,
      },
    ],
    [
      'a kustomization nested 20,000 deep',
      {
        files: kustomization(`resources: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`),
        source: 'k',
        says: /k\b/,
      },
    ],
    [
      'an alias bomb among manifests',
      {
        files: {
          'm/web.yaml': deployment,
          'm/bomb.yaml': Array.from({ length: 30 }, (_, n) =>
            n === 0 ? 'a0: &a0 [x]' : `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`,
          ).join('\n'),
        },
        source: 'm',
        says: /bomb\.yaml.*alias/,
      },
    ],
    [
      'an alias bomb among values',
      {
        files: {
          ...chart,
          'c/values.yaml': `cpu: 500m\n${Array.from({ length: 30 }, (_, n) => (n === 0 ? 'a0: &a0 [x]' : `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]`)).join('\n')}\n`,
        },
        source: 'c',
        says: /alias/,
      },
    ],
    [
      'a function that is a program',
      {
        files: {
          ...kustomization('resources: [web.yaml]\ntransformers: [f.yaml]\n'),
          'k/f.yaml': function_,
          'k/evil.sh': evil,
        },
        source: 'k',
        says: /plugin|function|exec|Sizes/,
      },
    ],
    [
      'a generator that is a plugin',
      {
        files: {
          ...kustomization('resources: [web.yaml]\ngenerators: [f.yaml]\n'),
          'k/f.yaml': 'apiVersion: evil/v1\nkind: Gen\nmetadata: {name: g}\n',
          'k/evil/v1/gen/Gen': evil,
        },
        source: 'k',
        says: /plugin/,
      },
    ],
    [
      'a base on a server',
      {
        files: kustomization('resources: [web.yaml, "http://127.0.0.1:PORT/base.yaml"]\n'),
        source: 'k',
        says: /127\.0\.0\.1/,
      },
    ],
    [
      'a chart on a server',
      {
        files: kustomization(
          'resources: [web.yaml]\nhelmCharts: [{name: r, repo: "http://127.0.0.1:PORT", version: 1.0.0}]\n',
        ),
        source: 'k',
        says: /helm|chart|pull/i,
      },
    ],
    [
      'a base in another repository',
      {
        files: kustomization('resources: [web.yaml, "github.com/example/base?ref=main"]\n'),
        source: 'k',
        says: /github\.com|git/,
      },
    ],
    [
      'hooks and a post-renderer of a helmfile',
      {
        files: {
          ...chart,
          'helmfile.yaml':
            'releases:\n- name: web\n  chart: ./c\n  postRenderer: ./evil.sh\n  hooks: [{events: [prepare], command: ./evil.sh}]\n  values:\n  - {cpu: 500m}\n',
          'evil.sh': evil,
        },
        source: 'helmfile.yaml',
        says: /./,
        harmless: true,
      },
    ],
  ])('with %s is refused, and nothing outside is read, written, started or asked', async (name, given) => {
    const { directory, status, stdout, stderr } = await attack(name, given)
    if (given.harmless) expect({ status, stderr }).toMatchObject({ status: 0 })
    else
      expect({ status, stderr }).toEqual({
        status: expect.toBeOneOf([1, 2]),
        stderr: expect.stringMatching(given.says),
      })
    expect(stderr.length).toBeLessThan(4_000)
    expect(stdout + stderr).not.toContain('hunter2')
    expect(readFileSync(join(directory, '../outside/values.yaml'), 'utf8')).toBe(secret)
    expect(readFileSync(join(directory, '../outside/web.yaml'), 'utf8')).toBe(deployment)
    expect(existsSync(join(directory, 'k/pwned')) || existsSync('/tmp/tortoise-pwned')).toBe(false)
    expect(work.asked).toEqual([])
  })

  it('with a chart that loops is ended at the time limit', async () => {
    const directory = join(work.root, 'loop')
    const loop = '{{- range until 30000 }}{{ range until 30000 }}{{ end }}{{ end }}'
    writeFiles(directory, { ...chart, 'c/templates/loop.yaml': loop })
    const programs = createPrograms({}, process.env['PATH'] ?? '', directory)
    const renderer = createRenderer({ programs, timeoutMs: 1_500 })
    const source = { kind: 'helm', id: 'c', path: 'c', release: 'web', values: [] } as const
    await expect(renderer.render(source, openWorkTree(directory))).rejects.toThrow(
      'the program did not finish within the time limit',
    )
  })
})
