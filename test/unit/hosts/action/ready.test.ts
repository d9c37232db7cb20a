import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ProgramChoice } from '../../../../plugin/hosts/action/programs/choice.ts'
import { type ProgramNeed, withPrograms } from '../../../../plugin/hosts/action/programs/ready.ts'
import type { ProgressEvent } from '../../../../plugin/model/progress.ts'
import type { Host } from '../../../../plugin/run/host.ts'
import { type ArchiveServer, archiveOf, startArchiveServer } from '../../../lab/archive-server.ts'
import { startProxy } from '../../../lab/proxy.ts'

const archive = archiveOf({ 'linux-amd64/helm': '#!/bin/sh\n', kustomize: '#!/bin/sh\n' })
const checksum = createHash('sha256').update(archive).digest('hex')
const version = (name: 'helm' | 'kustomize') => ({ name, version: '9.9.9', sha256: checksum })

let server: ArchiveServer
let root = ''
let said: ProgressEvent[] = []
const made: string[] = []
beforeAll(async () => {
  server = await startArchiveServer()
})
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tortoise-ready-'))
  made.push(root)
  said = []
  server.answer(archive)
})
afterAll(async () => {
  await server.close()
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

function programIn(directory: string, name: string): string {
  const file = join(root, directory, name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '#!/bin/sh\n')
  chmodSync(file, 0o755)
  return dirname(file)
}

const hostWith = (PATH: string, env: object = {}): Host => ({
  cwd: root,
  env: { PATH, RUNNER_TOOL_CACHE: join(root, 'tools'), ...env },
  stdout: () => undefined,
  stderr: () => undefined,
  colour: false,
  progress: (event) => said.push(event),
  now: () => new Date(0),
})

const need = (choice: Partial<ProgramChoice> = {}, more: Partial<ProgramNeed> = {}): ProgramNeed => ({
  choice: { install: 'auto', versions: [], mirror: server.url, ...choice },
  programs: {},
  root: join(root, 'repository'),
  runner: { platform: 'linux', arch: 'x64' },
  limits: { timeoutMs: 2_000, pauses: [] },
  ...more,
})

/** The requests that getting ready makes, and the PATH after it. */
async function ready(host: Host, what: ProgramNeed) {
  const before = server.asked.length
  const { env } = await withPrograms(host, what)
  return { asked: server.asked.slice(before), path: (env['PATH'] ?? '').split(delimiter) }
}

describe('the programs of a step', () => {
  it('are not downloaded where they are on PATH: kubectl is enough for kustomizations', async () => {
    const path = [programIn('bin', 'kubectl'), programIn('opt', 'helm')].join(delimiter)
    expect(await ready(hostWith(path), need())).toEqual({ asked: [], path: path.split(delimiter) })
    expect(said).toEqual([])
  })

  it('are not downloaded where an input says never, or the operator settings name them', async () => {
    expect((await ready(hostWith('/none'), need({ install: 'never' }))).asked).toEqual([])
    const programs = { kubectl: '/opt/kubectl', helm: '/opt/helm' }
    expect((await ready(hostWith('/none'), need({}, { programs }))).asked).toEqual([])
  })

  it('do not count where they are in the repository, which never supplies programs', async () => {
    const path = [programIn('repository/bin', 'helm'), programIn('bin', 'kubectl')].join(delimiter)
    const { asked } = await ready(hostWith(path), need({ versions: [version('helm')] }))
    expect(asked).toEqual(['/tools/helm-v9.9.9-linux-amd64.tar.gz'])
  })

  it('come first on PATH in a version that an input names, and only for this step', async () => {
    const bin = programIn('bin', 'helm')
    programIn('bin', 'kubectl')
    const host = hostWith(bin)
    const { path } = await ready(host, need({ versions: [version('helm'), version('kustomize')] }))
    expect(path).toEqual([
      join(root, 'tools/gitops-tortoise-kustomize/9.9.9/x64/bin'),
      join(root, 'tools/gitops-tortoise-helm/9.9.9/x64/bin'),
      bin,
    ])
    expect(host.env['PATH']).toBe(bin)
    expect(said.map((event) => 'message' in event && event.message)).toEqual([
      expect.stringMatching(/^kustomize 9\.9\.9 was downloaded from http:\S+ with the expected SHA-256, to /),
      expect.stringMatching(/^helm 9\.9\.9 was downloaded from /),
    ])
  })

  it('are those that are pinned otherwise, and a wrong checksum stops the step', async () => {
    const { asked } = { asked: server.asked.length }
    await expect(withPrograms(hostWith('/none'), need())).rejects.toThrow(
      /kustomize_v5\.8\.1_linux_amd64\.tar\.gz has the SHA-256 [0-9a-f]+, and that of kustomize 5\.8\.1 is 029a7f0f/,
    )
    expect(server.asked.length - asked).toBe(1)
  })

  it('are named in a warning where the server does not have them, and the run goes on', async () => {
    server.answer(404)
    const { path } = await ready(hostWith('/none'), need())
    expect(path).toEqual(['/none'])
    expect(said).toEqual([
      { kind: 'warning', message: expect.stringMatching(/^kustomize 5\.8\.1 could not be downloaded from/) },
      {
        kind: 'warning',
        message: expect.stringMatching(
          /^helm 4\.1\.4 could not be downloaded from http:\S+\/helm-v4\.1\.4-linux-amd64\.tar\.gz: the server answers with HTTP 404\. A source that needs it ends the run\. /,
        ),
      },
    ])
  })

  it.each([
    ['darwin', 'arm64', 'kustomize_v5.8.1_darwin_arm64.tar.gz', 'helm-v4.1.4-darwin-arm64.tar.gz'],
    ['linux', 'arm64', 'kustomize_v5.8.1_linux_arm64.tar.gz', 'helm-v4.1.4-linux-arm64.tar.gz'],
    ['darwin', 'x64', 'kustomize_v5.8.1_darwin_amd64.tar.gz', 'helm-v4.1.4-darwin-amd64.tar.gz'],
  ])('are those of %s %s', async (platform, arch, ...archives) => {
    server.answer(404)
    const { asked } = await ready(hostWith('/none'), need({}, { runner: { platform, arch } }))
    expect(asked).toEqual(archives.map((name) => `/tools/${name}`))
  })

  it('cannot be installed for a platform without a pin: a warning says so', async () => {
    const { asked } = await ready(
      hostWith('/none'),
      need({}, { runner: { platform: 'linux', arch: 's390x' } }),
    )
    expect(asked).toEqual([])
    expect(said.map((event) => 'message' in event && event.message)).toEqual([
      expect.stringMatching(/^kustomize is not on PATH, and there is no pinned version for linux s390x\./),
      expect.stringMatching(/^helm is not on PATH/),
    ])
  })

  it('are in a private directory where the runner names none', async () => {
    const { path } = await ready(
      hostWith(programIn('bin', 'kubectl'), { RUNNER_TOOL_CACHE: '' }),
      need({ versions: [version('helm')] }),
    )
    const [directory = ''] = path
    const parent = dirname(dirname(dirname(dirname(directory))))
    expect(statSync(parent).mode & 0o777).toBe(0o700)
    rmSync(parent, { recursive: true })
  })

  it('come through the proxy of the environment, and no message shows a password', async () => {
    const proxy = await startProxy({ 'mirror.invalid': Number(server.url.port) })
    const mirror = new URL('http://ada:hunter2@mirror.invalid/tools')
    const path = programIn('bin', 'kubectl')
    const { asked } = await ready(
      hostWith(path, { HTTP_PROXY: proxy.url }),
      need({ mirror, versions: [version('helm')] }),
    )
    await proxy.close()
    expect(proxy.asked).toEqual(['GET mirror.invalid'])
    expect(asked).toEqual(['/tools/helm-v9.9.9-linux-amd64.tar.gz'])
    expect(JSON.stringify(said)).toContain('mirror.invalid/tools/helm')
    expect(JSON.stringify(said)).not.toMatch(/ada|hunter2/)
  })
})
