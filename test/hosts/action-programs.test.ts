import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArchiveServer, archiveOf, startArchiveServer } from '../lab/archive-server.ts'
import { programDirectory } from '../lab/programs.mjs'
import { demoFiles } from './program.ts'
import { hasNode24 } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

const snapshot = join(demoFiles, 'snapshot.json')
const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
const system = process.platform === 'darwin' ? 'darwin' : 'linux'

describe.skipIf(!hasNode24)('the Action on a runner without Helm', () => {
  let shop: Shop
  let server: ArchiveServer
  let archive: Uint8Array
  const work = mkdtempSync(join(tmpdir(), 'tortoise-bare-'))
  const bin = join(work, 'bin')
  beforeAll(async () => {
    mkdirSync(bin)
    symlinkSync(join(programDirectory('v35'), 'kubectl'), join(bin, 'kubectl'))
    const helm = readFileSync(join(programDirectory('v35'), 'helm'))
    archive = archiveOf({ [`${system}-${architecture}/helm`]: helm })
    server = await startArchiveServer()
    shop = await openShop({ token: 'ghs_programs-token-000000000000000000000' })
  })
  afterAll(async () => {
    await Promise.all([shop.close(), server.close()])
    rmSync(work, { recursive: true, force: true })
  })

  const step = (inputs: Readonly<Record<string, string>>, cache = 'tools') =>
    shop.step(
      { mode: 'report', snapshot, 'programs-url': server.url.href, ...inputs },
      { env: { PATH: bin, RUNNER_TOOL_CACHE: join(work, cache) } },
    )
  const checksum = () => createHash('sha256').update(archive).digest('hex')
  const version = () => ({ 'program-versions': `helm 4.1.4 sha256:${checksum()}` })

  it('downloads it once, renders with it, and takes it from the tool cache the next time', async () => {
    server.answer(archive)
    const first = await step(version())
    expect(first.status, first.stdout).toBe(0)
    expect(first.stdout).toMatch(
      /^helm 4\.1\.4 was downloaded from http:\S+\.tar\.gz with the expected SHA-256, to /m,
    )
    expect(first.outputs).toMatchObject({ changes: '31', workloads: '10' })
    const before = server.asked.length
    const second = await step(version())
    expect(second.stdout).toContain('helm 4.1.4 is from the tool cache, with the expected SHA-256')
    expect(second.outputs).toMatchObject({ changes: '31', workloads: '10' })
    expect(server.asked.length).toBe(before)
  })

  it('stops with one sentence where the checksum is another, and runs nothing', async () => {
    server.answer(archive)
    const ended = await step({}, 'other')
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(
      /^::error::http:\S+helm-v4\.1\.4-\S+\.tar\.gz has the SHA-256 [0-9a-f]{64}, and that of helm 4\.1\.4 is [0-9a-f]{64}/m,
    )
    expect(ended.outputs).toEqual({})
    expect(existsSync(join(work, 'other/gitops-tortoise-helm/4.1.4', `${process.arch}.complete`))).toBe(false)
  })

  it('says both where no server has it and a source needs it', async () => {
    server.answer(404)
    const ended = await step({}, 'third')
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(
      /^::warning::helm 4\.1\.4 could not be downloaded from http:\S+: the server/m,
    )
    expect(ended.stdout).toMatch(/^::error::helm is needed to render this source/m)
  })

  it('goes on without it where only kustomizations are rendered', async () => {
    server.answer(404)
    const settings = 'sources:\n  - { path: apps/overlays/prod, cluster: prod, namespace: shop }\n'
    const small = await openShop({ token: shop.token, files: { 'tortoise.yaml': settings } })
    const ended = await small.step(
      { mode: 'report', snapshot, 'programs-url': server.url.href },
      { env: { PATH: bin, RUNNER_TOOL_CACHE: join(work, 'fifth') } },
    )
    await small.close()
    expect(ended.status, ended.stdout).toBe(0)
    expect(ended.stdout).toMatch(/^::warning::helm 4\.1\.4 could not be downloaded/m)
    expect(Number(ended.outputs['changes'])).toBeGreaterThan(0)
  })

  it('downloads nothing where the input says never', async () => {
    const before = server.asked.length
    const ended = await step({ 'install-programs': 'never' }, 'fourth')
    expect(ended.stdout).not.toContain('downloaded')
    expect(server.asked.length).toBe(before)
  })

  it('downloads nothing for an event that is not for it', async () => {
    const before = server.asked.length
    const event = {
      action: 'opened',
      sender: { type: 'Bot' },
      pull_request: { number: 1, head: { ref: 'x' } },
    }
    const ended = await shop.step(
      { mode: 'pull-request', snapshot, 'programs-url': server.url.href },
      { event, env: { PATH: bin, GITHUB_EVENT_NAME: 'pull_request_target', RUNNER_TOOL_CACHE: work } },
    )
    expect(ended.stdout).toContain('Nothing to do')
    expect(server.asked.length).toBe(before)
  })
})
