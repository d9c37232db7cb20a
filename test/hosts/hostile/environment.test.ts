import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../../lab/programs.mjs'
import { type FakeServer, json, startServer } from '../../unit/observe/fake-server.ts'
import { demoFiles, git, tortoise } from '../program.ts'

const canary = 'canary-2b81c0de'
/** Every kind of secret that an environment may hold, and one that settings name. */
const secrets = {
  GITHUB_TOKEN: canary,
  TORTOISE_GIT_TOKEN: canary,
  TORTOISE_SIGNING_KEY: canary,
  AWS_SECRET_ACCESS_KEY: canary,
  AZURE_CLIENT_SECRET: canary,
  GOOGLE_APPLICATION_CREDENTIALS: `/nowhere/${canary}`,
  ACTIONS_RUNTIME_TOKEN: canary,
  NPM_PASSWORD: canary,
  OWN_NAME: canary,
}

const root = mkdtempSync(join(tmpdir(), 'tortoise-environment-'))
let server: FakeServer
beforeAll(async () => {
  const lists = { metadata: {}, items: [], gitVersion: 'v1.34.0' }
  server = await startServer((_, response) => json(response, 200, lists))
})
afterAll(async () => {
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

function lay(path: string, text: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text, { mode: 0o755 })
  return file
}

/** A program in front of the real one that keeps what it can see of the secrets of its parent. */
const spying = (name: string): string =>
  lay(
    `bin/${name}`,
    `#!/bin/sh\n/usr/bin/env >> ${root}/seen-${name}\n/usr/bin/tr '\\0' '\\n' < /proc/self/environ >> ${root}/seen-${name}\nexec ${join(programDirectory('v35'), name)} "$@"\n`,
  )

const seen = (name: string): string => {
  const file = join(root, `seen-${name}`)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

describe('the environment of children', () => {
  it.each(['kubectl', 'helm'])('%s gets no secret, with and without a sandbox', async (name) => {
    spying(name)
    const env = { ...secrets, PATH: [join(root, 'bin'), process.env['PATH'] ?? ''].join(delimiter) }
    const source = name === 'helm' ? 'charts/web' : 'apps/overlays/prod'
    for (const mode of ['off', 'preferred']) {
      const args = ['trace', source, '--repo', join(demoFiles, 'repository'), '--sandbox', mode]
      expect(await tortoise(args, { env })).toMatchObject({ status: 0 })
    }
    expect(seen(name)).toMatch(/^HOME=/m)
    expect(seen(name)).not.toContain(canary)
  })

  it('git of the demo gets no secret', async () => {
    lay('bin/git', `#!/bin/sh\n/usr/bin/env >> ${root}/seen-git\nexec /usr/bin/git "$@"\n`)
    const path = [join(root, 'bin'), programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
    expect(await tortoise(['demo'], { env: { ...secrets, PATH: path } })).toMatchObject({ status: 0 })
    expect(seen('git')).toMatch(/^GIT_AUTHOR_NAME=/m)
    expect(seen('git')).not.toContain(canary)
  })

  it('a credential plugin gets variables of clouds, but no secret of Tortoise and none that settings name', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'x' },
    }
    const plugin = lay(
      'outside/login',
      `#!/bin/sh\n/usr/bin/env > ${root}/seen-login\necho '${JSON.stringify(credential)}'\n`,
    )
    const exec = { apiVersion: credential.apiVersion, command: plugin, interactiveMode: 'Never' }
    lay(
      'outside/kubeconfig',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        clusters: [{ name: 'c', cluster: { server: server.url } }],
        users: [{ name: 'u', user: { exec } }],
      }),
    )
    const operator = lay(
      'outside/operator.yaml',
      'kubernetes: {exec: true}\nclusters: [{name: prod, kubernetes: {kubeconfig: kubeconfig}, prometheus: {url: "http://127.0.0.1:1", tokenEnv: OWN_NAME}}]\n',
    )
    const repository = join(root, 'repository')
    mkdirSync(repository)
    git(repository, 'init', '--quiet')
    const args = ['snapshot', '--repo', repository, '--operator-settings', operator]
    await tortoise([...args, '--out', join(root, 'out.json')], { env: secrets })
    const names = seen('login')
      .split('\n')
      .filter((line) => line.includes(canary))
      .map((line) => line.split('=')[0])
    expect(names.toSorted()).toEqual([
      'AWS_SECRET_ACCESS_KEY',
      'AZURE_CLIENT_SECRET',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'NPM_PASSWORD',
    ])
  })
})
