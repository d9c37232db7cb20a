import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../../lab/programs.mjs'
import { type FakeServer, startServer } from '../../unit/observe/fake-server.ts'
import { tortoise, writeFiles } from '../program.ts'
import { manifest, plainNames } from './text-ground.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-declared-'))
const outside = join(work, 'outside')
const canary = 'canary-outside-5c1d'
let server: FakeServer
beforeAll(async () => {
  server = await startServer((_, response) => response.end(`kind: Component\n# ${canary}\n`))
  mkdirSync(join(outside, 'base'), { recursive: true })
  writeFileSync(join(outside, 'patch.yaml'), `- {op: add, path: /metadata/labels, value: {a: ${canary}}}\n`)
  writeFileSync(
    join(outside, 'base/kustomization.yaml'),
    `apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonLabels: {a: ${canary}}\n`,
  )
})
afterAll(async () => {
  await server.close()
  rmSync(work, { recursive: true, force: true })
})

/** OUTSIDE is a directory outside the repository, UP the same by steps from the root, SERVER a server on this machine. */
const application = (source: string, path = 'app') =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec:\n  source: {repoURL: "https://git.example/own.git", path: "${path}", ${source}}\n  destination: {namespace: shop}\n`
const flux = (spec: string) =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: shop}\nspec: {sourceRef: {kind: GitRepository, name: x}, ${spec}}\n`

const attacks: Readonly<Record<string, string>> = {
  'an Application with a patch from a server': application('kustomize: {patches: [{path: "SERVER/p.yaml"}]}'),
  'an Application with a patch by a scheme in capitals': application(
    'kustomize: {patches: [{path: "HTTPSERVER/p.yaml"}]}',
  ),
  'an Application with a patch outside': application('kustomize: {patches: [{path: "UP/patch.yaml"}]}'),
  'an Application with a patch by an absolute path': application(
    'kustomize: {patches: [{path: "OUTSIDE/patch.yaml"}]}',
  ),
  'an Application with a patch behind a link': application(
    'kustomize: {patches: [{path: "link/patch.yaml"}]}',
  ),
  'an Application with a patch whose text is a path': application('kustomize: {patches: ["UP/patch.yaml"]}'),
  'an Application with a component from a server': application('kustomize: {components: ["SERVER/c"]}'),
  'an Application with a component from a Git server': application(
    'kustomize: {components: ["git::SERVER/c?ref=x"]}',
  ),
  'an Application with a component outside': application('kustomize: {components: ["UP/base"]}'),
  'an Application with a component by an absolute path': application(
    'kustomize: {components: ["OUTSIDE/base"]}',
  ),
  'an Application with a component behind a link': application('kustomize: {components: ["link/base"]}'),
  'an Application with images that are URLs': application(
    'kustomize: {images: ["SERVER/x=UP/patch.yaml", "x=SERVER/y"]}',
  ),
  'an Application with a prefix that is a path': application('kustomize: {namePrefix: "UP/"}'),
  'an Application with a path outside': application('kustomize: {}', 'UP/base'),
  'an Application with a path behind a link': application('kustomize: {}', 'app/link/base'),
  'an Application with values from a server': application('helm: {valueFiles: ["SERVER/v.yaml"]}', 'c'),
  'an Application with values outside': application('helm: {valueFiles: ["UP/patch.yaml"]}', 'c'),
  'an Application with a file parameter outside': application(
    'helm: {fileParameters: [{name: cpu, path: "UP/patch.yaml"}]}',
    'c',
  ),
  'a Flux Kustomization with a component from a server': flux('path: ./app, components: ["SERVER/c"]'),
  'a Flux Kustomization with a component outside': flux('path: ./app, components: ["UP/base"]'),
  'a Flux Kustomization with a patch by a path': flux('path: ./app, patches: [{path: "UP/patch.yaml"}]'),
  'a Flux Kustomization with a path outside': flux('path: "UP/base"'),
  'a Flux Kustomization with images that are URLs': flux(
    'path: ./app, images: [{name: x, newName: "SERVER/y", newTag: "UP/patch.yaml"}]',
  ),
}

/** Lays out a repository with an object that declares a source. */
function lay(text: string): string {
  const repository = mkdtempSync(join(work, 'repository-'))
  const files = {
    'app/kustomization.yaml': 'resources: [web.yaml]\n',
    'app/web.yaml': manifest(plainNames),
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/templates/web.yaml': `${manifest(plainNames)}# {{ toJson .Values }}\n`,
    'declared.yaml': text
      .replaceAll('HTTPSERVER', server.url.replace('http', 'HTTP'))
      .replaceAll('SERVER', server.url)
      .replaceAll('OUTSIDE', outside)
      .replaceAll('UP', `${'../'.repeat(12)}${outside.slice(1)}`),
  }
  writeFiles(repository, files)
  symlinkSync(outside, join(repository, 'app/link'))
  return repository
}

const PATH = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
const run = (repository: string, ...args: readonly string[]) =>
  tortoise([...args, '--repo', repository], { env: { PATH, TORTOISE_SANDBOX: 'off' } })

it.each([
  ['an Application with a patch', application('kustomize: {namePrefix: a-}')],
  ['an Application with a chart', application('helm: {releaseName: a}', 'c')],
  ['a Flux Kustomization', flux('path: ./app, namePrefix: a-')],
])('%s without an attack is traced', async (_, text) => {
  const ended = await run(lay(text), 'trace', 'declared.yaml', '-o', 'json')
  expect(ended, ended.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('requests.cpu') })
})

describe('a path or URL that an object declares is not followed out of the repository:', () => {
  it.each(Object.entries(attacks))('%s', async (_, text) => {
    const [repository, before] = [lay(text), server.seen.length]
    for (const args of [
      ['trace', 'declared.yaml', '-o', 'json'],
      ['discover', '-o', 'json'],
      ['set', 'declared.yaml', '--workload', 'Deployment/web', '--set', 'requests.cpu=2', '--dry-run'],
    ]) {
      const ended = await run(repository, ...args)
      expect(ended.stdout + ended.stderr).not.toContain(canary)
      expect([0, 1, 2]).toContain(ended.status)
    }
    expect(server.seen.slice(before)).toEqual([])
  })
})
