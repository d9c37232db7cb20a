import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { installProgram } from '../../../../plugin/hosts/action/programs/install.ts'
import { releaseFor } from '../../../../plugin/hosts/action/programs/release.ts'
import { RequestFailure } from '../../../../plugin/io/request-failure.ts'
import { ExpectedStop } from '../../../../plugin/model/problem.ts'
import { type ArchiveServer, archiveOf, startArchiveServer } from '../../../lab/archive-server.ts'

const script = '#!/bin/sh\necho "the program says $1"\n'
const good = archiveOf({ 'linux-amd64/LICENSE': 'text', 'linux-amd64/helm': script })
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

let server: ArchiveServer
let cache = ''
const made: string[] = []
beforeAll(async () => {
  server = await startArchiveServer()
})
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'tortoise-tools-'))
  made.push(cache)
})
afterAll(async () => {
  await server.close()
  for (const directory of made) rmSync(directory, { recursive: true, force: true })
})

const helm = (checksum = sha256(good)) => {
  const given = { name: 'helm', version: '9.9.9', sha256: checksum } as const
  const release = releaseFor('helm', { platform: 'linux', arch: 'x64' }, { given, mirror: server.url })
  if (release === undefined) throw new Error('there is a release for Linux')
  return release
}

const place = (more: object = {}) => ({
  caches: [cache],
  arch: 'x64',
  env: {},
  timeoutMs: 5_000,
  pauses: [0, 0],
  ...more,
})

const failureOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => 'none',
    (reason: unknown) => reason,
  )
  if (error instanceof ExpectedStop) return `stop: ${error.problems[0]?.message}`
  if (error instanceof RequestFailure) return `request: ${error.message}`
  throw error
}

const isEmpty = (): boolean =>
  !readdirSync(cache, { recursive: true, encoding: 'utf8' }).some((name) => /helm-v|complete|bin/.test(name))

describe('a program that the runner lacks', () => {
  it('is downloaded, compared, made executable and kept in the layout of the tool cache', async () => {
    server.answer(good)
    const before = server.asked.length
    const { directory, fetched } = await installProgram(helm(), place())
    expect(fetched).toBe(true)
    expect(server.asked.slice(before)).toEqual(['/tools/helm-v9.9.9-linux-amd64.tar.gz'])
    expect(directory).toBe(join(cache, 'gitops-tortoise-helm/9.9.9/x64/bin'))
    expect(existsSync(join(cache, 'gitops-tortoise-helm/9.9.9/x64.complete'))).toBe(true)
    expect(execFileSync(join(directory, 'helm'), ['hello'], { encoding: 'utf8' })).toBe(
      'the program says hello\n',
    )
  })

  it('comes from the cache the next time, as the same file for kept renderings', async () => {
    server.answer(good)
    const { directory } = await installProgram(helm(), place())
    const file = join(directory, 'helm')
    const { mtimeMs } = statSync(file)
    writeFileSync(file, 'another job changed it')
    server.answer(500)
    const before = server.asked.length
    expect(await installProgram(helm(), place())).toEqual({ directory, fetched: false })
    expect(server.asked.length).toBe(before)
    expect(readFileSync(file, 'utf8')).toBe(script)
    expect(statSync(file).mtimeMs).toBe(mtimeMs)
  })

  it('is downloaded again where the cache is damaged or not complete', async () => {
    server.answer(good)
    const { directory } = await installProgram(helm(), place())
    const archive = join(directory, '../helm-v9.9.9-linux-amd64.tar.gz')
    writeFileSync(archive, good.subarray(0, 100))
    expect(await installProgram(helm(), place())).toEqual({ directory, fetched: true })
    expect(new Uint8Array(readFileSync(archive))).toEqual(new Uint8Array(good))
    rmSync(join(directory, '../../x64.complete'))
    expect(await installProgram(helm(), place())).toMatchObject({ fetched: true })
  })

  it('goes to the next directory where the tool cache cannot be written', async () => {
    server.answer(good)
    const file = join(cache, 'file')
    writeFileSync(file, '')
    const { directory } = await installProgram(helm(), place({ caches: [file, cache] }))
    expect(directory).toContain(join(cache, 'gitops-tortoise-helm'))
    expect(await failureOf(installProgram(helm(), place({ caches: [file] })))).toMatch(
      /^stop: no directory for programs can be written \(/,
    )
  })
})

describe('what is not what was expected', () => {
  it('is refused by its checksum, and nothing of it is kept', async () => {
    server.answer(archiveOf({ 'linux-amd64/helm': '#!/bin/sh\necho evil\n' }))
    const said = await failureOf(installProgram(helm(), place()))
    expect(said).toMatch(
      /^stop: http:\/\/127\.0\.0\.1:\d+\/tools\/helm-v9\.9\.9-linux-amd64\.tar\.gz has the SHA-256 [0-9a-f]{64}, and that of helm 9\.9\.9 is [0-9a-f]{64}$/,
    )
    expect(isEmpty()).toBe(true)
  })

  it('is refused where the archive has no such program, or is no archive', async () => {
    const empty = archiveOf({ README: 'text' })
    server.answer(empty)
    expect(await failureOf(installProgram(helm(sha256(empty)), place()))).toMatch(
      /cannot be used: it has no linux-amd64\/helm, which is helm$/,
    )
    const short = good.subarray(0, good.length - 30)
    server.answer(short)
    expect(await failureOf(installProgram(helm(sha256(short)), place()))).toMatch(
      /cannot be used: it is truncated$/,
    )
  })

  it('never leads out of its directory', async () => {
    const hostile = archiveOf({ '../../helm': script, 'linux-amd64/helm': script })
    server.answer(hostile)
    expect(await failureOf(installProgram(helm(sha256(hostile)), place()))).toMatch(/leads out of it$/)
  })
})

describe('a server that does not answer as it should', () => {
  it('is asked again after an answer that was cut off', async () => {
    server.answer('cut off', 503, good)
    expect(await installProgram(helm(), place())).toMatchObject({ fetched: true })
  })

  it.each([
    ['cut off', 'the server ended its answer too early', 3],
    ['slow', 'the server took longer than 0 s', 3],
    [404, 'the server answers with HTTP 404', 1],
    [503, 'the server answers with HTTP 503', 3],
  ] as const)('%s: the failure says why', async (answer, why, requests) => {
    server.answer(answer)
    const before = server.asked.length
    expect(await failureOf(installProgram(helm(), place({ timeoutMs: 300 })))).toBe(`request: ${why}`)
    expect(server.asked.length - before).toBe(requests)
    expect(isEmpty()).toBe(true)
  })
})
