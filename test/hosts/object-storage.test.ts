import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../lab/free-port.ts'
import { type GeneratedPrometheus, startGeneratedPrometheus } from '../lab/generated-prometheus.ts'
import { programDirectory } from '../lab/programs.mjs'
import { s3Program } from '../lab/s3/parts.mjs'
import { type S3Lab, startS3 } from '../lab/s3/server.ts'
import { demoFiles, type Ended, tortoise } from './program.ts'

if (s3Program() === undefined)
  console.warn('Object storage is not tested. Run `npm run lab:s3` to build an S3 server (needs Go).')

const end = Date.UTC(2026, 8, 14, 6) / 1000
const bin = programDirectory('v35')

describe.skipIf(s3Program() === undefined)('object storage', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-storage-'))
  const repository = join(work, 'repository')
  const fleet = join(work, 'fleet')
  const log = join(work, 'log')
  let s3: S3Lab
  let metrics: GeneratedPrometheus

  /** A program that writes a line each time it runs. */
  const logging = (name: string): string => {
    const file = join(work, name)
    writeFileSync(file, `#!/bin/sh\necho ${name} >> ${log}\nexec ${join(bin, name)} "$@"\n`, { mode: 0o755 })
    return file
  }
  const programs = { kubectl: logging('kubectl'), helm: logging('helm') }
  const storage = (more: object = {}): object => ({
    bucket: s3.bucket,
    endpoint: s3.url,
    prefix: 'team',
    ...more,
  })

  interface Machine {
    readonly storage?: object
    readonly env?: Readonly<Record<string, string>>
    /** A directory of the machine, kept between runs; a fresh one by default. */
    readonly home?: string
  }

  /** Runs a command on a machine that has nothing of earlier runs. */
  async function on(
    { storage: given = storage(), env = {}, home = mkdtempSync(join(work, 'machine-')) }: Machine,
    ...args: readonly string[]
  ): Promise<Ended & { readonly rendered: number }> {
    const operator = join(home, 'operator.yaml')
    const clusters = [{ name: 'prod', prometheus: { url: metrics.url } }]
    const settings = { clusters, programs, sandbox: 'off', storage: given }
    writeFileSync(operator, JSON.stringify(settings))
    writeFileSync(log, '')
    const PATH = [bin, process.env['PATH'] ?? ''].join(delimiter)
    const ended = await tortoise([...args, '--operator-settings', operator], {
      cwd: home,
      env: { PATH, HOME: home, ...s3.env, ...env },
    })
    return { ...ended, rendered: readFileSync(log, 'utf8').split('\n').length - 1 }
  }
  const snapshot = (machine: Machine, out = 'usage.json'): Promise<Ended> =>
    on(machine, 'snapshot', '--repo', fleet, '--until', new Date(end * 1000).toISOString(), '--out', out)
  const recorded = join(demoFiles, 'snapshot.json')
  const plan = (machine: Machine, ...more: readonly string[]) =>
    on(machine, 'plan', '--repo', repository, '-o', 'json', ...more)
  const objects = (under: string): readonly string[] => {
    const directory = join(s3.directory, 'team', under)
    const all = existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : []
    return all.filter((name) => name.endsWith('.gz') || name.endsWith('.json'))
  }
  const damage = (under: string): void => {
    for (const name of objects(under)) writeFileSync(join(s3.directory, 'team', under, name), 'not ours')
  }

  beforeAll(async () => {
    s3 = await startS3()
    metrics = await startGeneratedPrometheus({ workloads: 20, end })
    cpSync(join(demoFiles, 'repository'), repository, { recursive: true })
    mkdirSync(fleet)
    writeFileSync(join(fleet, 'tortoise.yaml'), 'clusters: [{name: prod}]\nhistory: {days: 3}\n')
  })
  afterAll(async () => {
    metrics.close()
    await s3.close()
    rmSync(work, { recursive: true, force: true })
  })

  it('keeps finished days, so that a fresh machine reads the unfinished day alone', async () => {
    const queries = async (machine: Machine): Promise<number> => {
      const before = metrics.seen.queries
      expect(await snapshot(machine)).toMatchObject({ status: 0 })
      return metrics.seen.queries - before
    }
    const home = mkdtempSync(join(work, 'machine-'))
    const first = await queries({ home })
    expect(objects('days')).toHaveLength(3)
    const other = mkdtempSync(join(work, 'machine-'))
    const second = await queries({ home: other })
    expect(second).toBeLessThan(first / 2)
    const observationsIn = (directory: string): unknown =>
      readFileSync(join(directory, 'usage.json'), 'utf8').split('\n').slice(1)
    expect(observationsIn(other)).toEqual(observationsIn(home))
  })

  it('reads a day again whose content is damaged', async () => {
    damage('days')
    const before = metrics.seen.queries
    const ended = await snapshot({})
    expect(ended).toMatchObject({ status: 0 })
    expect(metrics.seen.queries - before).toBeGreaterThan(15)
    expect(ended.stderr).toContain('damaged')
  })

  it('keeps renderings, so that a fresh machine renders nothing again', async () => {
    const first = await plan({}, '--snapshot', recorded)
    expect(first).toMatchObject({ status: 0 })
    expect(first.rendered).toBeGreaterThan(5)
    expect(objects('renderings')).toHaveLength(1)
    const second = await plan({}, '--snapshot', recorded)
    expect(second).toMatchObject({ status: 0, rendered: 0, stdout: first.stdout })
    damage('renderings')
    const third = await plan({}, '--snapshot', recorded)
    expect(third).toMatchObject({ status: 0, rendered: first.rendered, stdout: first.stdout })
    expect(third.stderr).toContain('is damaged; sources are rendered again')
    expect(await plan({}, '--snapshot', recorded)).toMatchObject({ rendered: 0 })
    const off = { storage: storage({ renderings: false }) }
    expect(await plan(off, '--snapshot', recorded)).toMatchObject({ rendered: first.rendered })
  })

  it('has snapshots and the parts of a plan by name', async () => {
    expect(await snapshot({}, 'store:usage/today.json')).toMatchObject({ status: 0 })
    expect(objects('usage')).toEqual(['today.json'])
    const here = await plan({}, '--snapshot', 'store:usage/today.json')
    expect(here).toMatchObject({ status: 0 })
    const shards = ['1/2', '2/2']
    for (const [index, shard] of shards.entries()) {
      const out = `store:parts/${index}.json`
      const ended = await plan({}, '--snapshot', 'store:usage/', '--shard', shard, '--out', out)
      expect(ended).toMatchObject({ status: 0 })
    }
    const merged = await plan({}, '--snapshot', 'store:usage/', '--merge', 'store:parts/')
    expect(merged).toMatchObject({ status: 0, stdout: here.stdout })
  })

  it.each([
    [
      'an unreachable server',
      async () => ({ storage: storage({ endpoint: `http://127.0.0.1:${await freePort()}` }) }),
      'the server refuses connections',
    ],
    [
      'wrong keys',
      async () => ({ env: { AWS_SECRET_ACCESS_KEY: 'another-secret' } }),
      'HTTP 403 (SignatureDoesNotMatch)',
    ],
    [
      'a bucket that does not exist',
      async () => ({ storage: storage({ bucket: 'nowhere' }) }),
      'HTTP 404 (NoSuchBucket)',
    ],
  ] as const)('is not used with %s: one warning, and the run goes on', async (_, machine, reason) => {
    for (const run of [
      await snapshot(await machine()),
      await plan(await machine(), '--snapshot', recorded),
    ]) {
      expect(run.status).toBe(0)
      expect(
        run.stderr.match(/the object storage .* is not used, and the run goes on without it/g),
      ).toHaveLength(1)
      expect(run.stderr).toContain(reason)
      expect(run.stderr + run.stdout).not.toMatch(/lab-secret|another-secret/)
    }
  })

  it('is not used when its server does not answer in time', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const slow = storage({ endpoint: `http://127.0.0.1:${port}`, timeoutSeconds: 1 })
    const ended = await snapshot({ storage: slow })
    silent.closeAllConnections()
    silent.close()
    expect(ended).toMatchObject({ status: 0 })
    expect(ended.stderr).toContain('the server took longer than 1 s')
  })

  it('stops where a named file is not there, and where keys are missing', async () => {
    const gone = await plan({}, '--snapshot', 'store:gone.json')
    expect(gone).toMatchObject({ status: 2 })
    expect(gone.stderr).toContain('store:gone.json in tortoise on 127.0.0.1')
    const keyless = await plan({ env: { AWS_ACCESS_KEY_ID: '' } }, '--snapshot', recorded)
    expect(keyless.status).toBe(2)
    expect(keyless.stderr).toContain('the bucket tortoise needs keys, which are not in the environment')
  })

  it('is never that of the repository under review', async () => {
    const file = join(repository, 'tortoise.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `${text}\nstorage: {bucket: attackers, endpoint: "${s3.url}"}\n`)
    const args = ['plan', '--repo', repository, '--snapshot', recorded, '-o', 'json']
    const env = { PATH: [bin, process.env['PATH'] ?? ''].join(delimiter), HOME: work, ...s3.env }
    const ended = await tortoise(args, { env, cwd: work })
    expect(ended.status).toBe(0)
    expect(ended.stderr).not.toContain('the object storage')
    const allowed = await tortoise([...args, '--allow-from-repository', 'storage'], { env, cwd: work })
    writeFileSync(file, text)
    expect(allowed.status).toBe(2)
    expect(allowed.stderr).toContain('storage cannot be allowed')
    const named = await tortoise(['plan', '--repo', repository, '--snapshot', 'store:x.json'], {
      env,
      cwd: work,
    })
    expect(named.stderr).toContain('the operator settings name none')
  })
})
