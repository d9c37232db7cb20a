import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Observation } from '../../plugin/model/observation.ts'
import { workloadKey } from '../../plugin/model/workload.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import { readSnapshots } from '../../plugin/run/observe/snapshots.ts'
import { kubeconfigOf } from '../lab/cluster/kubeconfig.ts'
import { type GeneratedPrometheus, startGeneratedPrometheus } from '../lab/generated-prometheus.ts'
import { type FakeServer, json, startServer } from '../unit/observe/fake-server.ts'
import { tortoise } from './program.ts'

const end = Date.UTC(2026, 8, 14, 6) / 1000
const workloads = 60
const shards = 3
const deployment = (namespace: string, name: string): object => ({ metadata: { namespace, name }, spec: {} })

describe('a run in shards', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-shards-'))
  const outside = mkdtempSync(join(tmpdir(), 'tortoise-operator-'))
  let metrics: GeneratedPrometheus
  let api: FakeServer
  beforeAll(async () => {
    metrics = await startGeneratedPrometheus({ workloads, end })
    const running = Array.from({ length: workloads }, (_, at) => deployment(`team-${at}`, `app-${at}`))
    // Of these nobody has usage: some are in namespaces that Prometheus counts, some are alone in theirs.
    const idle = Array.from({ length: 20 }, (_, at) => deployment(`team-${at * 9}`, `idle-${at}`))
    api = await startServer(({ url }, response) =>
      json(response, 200, {
        items: url.pathname === '/apis/apps/v1/deployments' ? [...running, ...idle] : [],
      }),
    )
    writeFileSync(join(outside, 'kubeconfig'), kubeconfigOf(api.url))
    const prod = `{name: prod, kubernetes: {kubeconfig: kubeconfig}, prometheus: {url: "${metrics.url}"}}`
    writeFileSync(join(outside, 'operator.yaml'), `clusters: [${prod}]\n`)
    writeFileSync(join(work, 'tortoise.yaml'), 'clusters: [{name: prod}]\nhistory: {days: 2}\n')
    mkdirSync(join(work, 'shards'))
  })
  afterAll(async () => {
    metrics.close()
    await api.close()
    for (const directory of [work, outside]) rmSync(directory, { recursive: true, force: true })
  })

  async function snapshot(out: string, ...more: readonly string[]): Promise<readonly Observation[]> {
    const until = ['--until', new Date(end * 1000).toISOString()]
    const from = ['--settings', 'tortoise.yaml', '--operator-settings', join(outside, 'operator.yaml')]
    const args = ['snapshot', '--repo', '.', ...from, ...until, '--out', out]
    expect(await tortoise([...args, ...more], { cwd: work })).toMatchObject({ status: 0 })
    return parseSnapshot(out, readFileSync(join(work, out), 'utf8')).observations
  }
  const round = async (): Promise<(readonly Observation[])[]> => {
    const parts: (readonly Observation[])[] = []
    for (let part = 1; part <= shards; part += 1)
      parts.push(await snapshot(`shards/${part}.json`, '--shard', `${part}/${shards}`, '--cache', 'days'))
    return parts
  }
  const days = (): readonly string[] =>
    readdirSync(join(work, 'days'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.gz'),
    )
  const inOrder = (observations: readonly Observation[]): readonly Observation[] =>
    [...observations].sort((one, other) => (workloadKey(one.workload) < workloadKey(other.workload) ? -1 : 1))

  it('gives the same as a whole run, with each workload in one shard, those without usage too', async () => {
    const whole = await snapshot('whole.json')
    expect(whole).toHaveLength(workloads + 20)
    const parts = await round()
    const reported = parts.flat().map(({ workload }) => workloadKey(workload))
    expect(new Set(reported).size).toBe(reported.length)
    expect(
      parts.every((part) => part.some(({ days }) => days === 0) && part.some(({ days }) => days > 0)),
    ).toBe(true)
    const files = Array.from({ length: shards }, (_, part) => `shards/${part + 1}.json`)
    const merged = readSnapshots({ cwd: work }, files)
    expect(inOrder(merged.observations)).toEqual(inOrder(whole))
    expect(readSnapshots({ cwd: work }, ['shards']).observations).toEqual(merged.observations)
    expect(merged.readings.map(({ origin }) => origin)).toEqual(['prometheus', 'prometheus', 'prometheus'])
  })

  it('shares a cache without one shard forgetting the days of another', async () => {
    const kept = days()
    expect(kept.length).toBe(shards * 2)
    const before = metrics.seen.queries
    await round()
    const second = metrics.seen.queries - before
    expect([...days()].sort()).toEqual([...kept].sort())
    // Each reads the unfinished day alone: the probe, all facts, and usage.
    expect(second).toBe(shards * 3)
  })

  it('takes a workload that is in two recordings from the one with more data', async () => {
    const [one] = await snapshot('whole.json')
    const write = (name: string, days: number): void =>
      writeFileSync(
        join(work, name),
        JSON.stringify({
          kind: 'TortoiseSnapshot',
          version: 2,
          recordedAt: new Date(end * 1000).toISOString(),
          observations: [{ ...one, days }],
        }),
      )
    write('more.json', 9)
    write('less.json', 3)
    for (const order of [
      ['more.json', 'less.json'],
      ['less.json', 'more.json'],
    ])
      expect(readSnapshots({ cwd: work }, order).observations.map(({ days }) => days)).toEqual([9])
  })

  it('names a snapshot that is not there, and a directory without any', () => {
    mkdirSync(join(work, 'none'))
    expect(() => readSnapshots({ cwd: work }, ['whole.json', 'gone.json'])).toThrow(
      'there is no snapshot gone.json',
    )
    expect(() => readSnapshots({ cwd: work }, ['none'])).toThrow('the directory none contains no snapshot')
  })
})
