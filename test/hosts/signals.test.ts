import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FollowedChange } from '../../plugin/model/health.ts'
import { runAt } from '../lab/loop/program.ts'
import { hasPrometheus, type PrometheusLab, startPrometheus } from '../lab/prometheus.ts'
import { deploymentOf } from './deployment.ts'
import { beginRepository, git, tortoise, writeFiles } from './program.ts'

if (!hasPrometheus())
  console.warn('prometheus or promtool is not on the PATH: signals are not read from a real one')

const [hour, day] = [3600, 86_400]
const end = Math.floor(Date.now() / 1000 / hour) * hour
const times = Array.from({ length: (16 * day) / 300 }, (_, index) => end - 16 * day + (index + 1) * 300)
const names = ['api', 'web', 'cart']

/** Services that request far more CPU than they use. Errors of api begin a day and a half ago, restarts of cart a day ago. */
function* samples(): Generator<string> {
  const write = (metric: string, value: (time: number) => number): readonly string[] =>
    times.map((time) => `${metric} ${value(time)} ${time}\n`)
  for (const name of names) {
    const pod = `namespace="shop",pod="${name}-6d4f5b7c8-bcdfg"`
    const own = `${pod},container="app"`
    const kubelet = `${own},image="shop:1",job="kubelet",metrics_path="/metrics/cadvisor"`
    yield* write(`container_cpu_usage_seconds_total{${kubelet}}`, (time) => 0.1 * (time - end + 20 * day))
    yield* write(`container_memory_working_set_bytes{${kubelet}}`, () => 2e8)
    yield* write(
      `kube_pod_owner{${pod},owner_kind="ReplicaSet",owner_name="${name}-1",owner_is_controller="true"}`,
      () => 1,
    )
    yield* write(
      `kube_replicaset_owner{namespace="shop",replicaset="${name}-1",owner_kind="Deployment",owner_name="${name}",owner_is_controller="true"}`,
      () => 1,
    )
    yield* write(`kube_pod_status_phase{${pod},phase="Running"}`, () => 1)
    if (name === 'cart') {
      const restarts = (time: number): number => Math.max(0, Math.floor((time - end + day) / 7200))
      yield* write(`kube_pod_container_status_restarts_total{${own}}`, restarts)
    }
    // The commit of two days ago reached web a day later.
    if (name === 'web') {
      const created = (pod: string, at: number) =>
        write(`kube_pod_created{namespace="shop",pod="${pod}"}`, () => at)
      yield* created('web-6d4f5b7c8-bcdfg', end - 16 * day)
      yield* created('web-7f9c8d4b5-xzvwt', end - day)
      yield* created('web-front-8c4d5f6b7-hjklm', end - 1.5 * day)
    }
    yield* write(`requests_errors_ratio{namespace="shop",app="${name}"}`, (time) =>
      name === 'api' && time > end - 1.5 * day ? 0.04 : 0.001,
    )
  }
}

/** The series of a metric stay together, and their samples in order. */
const byMetric = (lines: readonly string[]): readonly string[] => {
  const nameOf = (line: string): string => line.slice(0, line.indexOf('{'))
  return [...lines].sort((one, other) => nameOf(one).localeCompare(nameOf(other)))
}

const manifest = (name: string): string =>
  deploymentOf(name, 'requests: { cpu: 500m, memory: 256Mi }', 'limits: { memory: 256Mi }')

const signal = 'query: max(requests_errors_ratio{namespace="$namespace",app="$workload"})'
const settings = (more: string): string => `sources: [{ path: apps, cluster: prod }]
deliver: { mode: direct, base: main }
${more}`

describe.skipIf(!hasPrometheus())('signals of owners in a real Prometheus', () => {
  let prometheus: PrometheusLab
  const root = mkdtempSync(join(tmpdir(), 'tortoise-signals-'))
  const repository = join(root, 'repository')
  beforeAll(async () => {
    prometheus = await startPrometheus(byMetric([...samples()]).join(''))
    const manifests = names.map((name) => [`apps/${name}.yaml`, manifest(name)])
    writeFiles(repository, { ...Object.fromEntries(manifests), 'tortoise.yaml': settings('') })
    beginRepository(repository, `--date=${(end - 9 * day) * 1000}`)
  }, 60_000)
  afterAll(async () => {
    await prometheus?.close()
    rmSync(root, { recursive: true, force: true })
  })

  const run = (seconds: number, ...more: readonly string[]) => {
    const source = ['--prometheus', prometheus.url, '--cluster', 'prod', '-o', 'json', ...more]
    return runAt(new Date(seconds * 1000), ['run', '--repo', repository, ...source], { HOME: root })
  }
  const change = (text: string): void => writeFileSync(join(repository, 'tortoise.yaml'), settings(text))
  /** The queries that the server answered. */
  const queries = async (): Promise<number> => {
    const text = await (await fetch(`${prometheus.url}/metrics`)).text()
    const counted = text.matchAll(
      /^prometheus_http_requests_total\{code="\d+",handler="\/api\/v1\/query(?:_range)?"\} (\d+)/gm,
    )
    return [...counted].reduce((sum, [, count]) => sum + Number(count), 0)
  }
  const cpu = (name: string): string | undefined =>
    /cpu: (\S+),/.exec(git(repository, 'show', `main:apps/${name}.yaml`))?.[1]

  it('take back what made one worse, of that workload alone', async () => {
    expect(await run(end - 2 * day)).toMatchObject({ status: 0 })
    const lowered = cpu('web')
    expect(lowered).not.toBe('500m')
    expect(cpu('api')).toBe(lowered)
    change(
      `health: { signals: [{ name: error rate, ${signal.replace('max(', "'max(")}', worse: above, value: 0.01 }] }`,
    )
    git(repository, 'commit', '--quiet', '--all', '--message=measure errors')
    const ended = await run(end)
    expect(ended).toMatchObject({ status: 0 })
    expect(cpu('api')).toBe('500m')
    expect(cpu('web')).toBe(lowered)
    expect(cpu('cart')).toBe('500m')
    const { followed } = JSON.parse(ended.stdout) as { followed: FollowedChange[] }
    const days = (name: string) => [
      ...new Set(followed.flatMap((one) => (one.workload.name === name ? [one.daysRolledOut] : []))),
    ]
    expect(days('web')).toEqual([1])
    expect(days('api')).toEqual([undefined])
    const message = git(repository, 'log', '-1', '--format=%B')
    expect(message).toContain('error rate is 0.0')
    expect(message).toMatch(
      /containers were restarted 1\d times in \d+ hours? \(0 in the same hours before\)|containers were restarted 1\d times in 2 days \(0/,
    )
    expect(message).toMatch(
      /^Tortoise-Change: prod\/shop\/Deployment\/api app requests\.cpu \d+m 500m health\.signal apps\/api\.yaml$/m,
    )
  })

  it('are read for all workloads by one query, and one by one where the server refuses that', async () => {
    /** The queries of an urgent run that finds all finished days in its cache. */
    const queriesWith = async (...all: readonly string[]): Promise<number> => {
      const signals = all.map(
        (query, nth) => `{ name: errors ${nth}, query: '${query}', worse: above, value: 0.01 }`,
      )
      change(`health: { signals: [${signals.join(', ')}] }`)
      git(repository, 'commit', '--quiet', '--all', '--message=measure')
      const before = await queries()
      const ended = await run(end, '--urgent', '--cache', join(root, 'cache'))
      expect(ended).toMatchObject({ status: 0, stderr: expect.not.stringContaining('the signal') })
      return (await queries()) - before
    }
    const vector = 'max(requests_errors_ratio{namespace="$namespace",app="$workload"})'
    await queriesWith(vector)
    const without = await queriesWith()
    expect(await queriesWith(vector)).toBe(without + 1)
    expect(await queriesWith(vector, `2 * ${vector}`)).toBe(without + 1)
    // Together, and each by itself.
    expect(await queriesWith(`scalar(${vector})`)).toBe(without + 4)
    // All, those of each name, and those that are refused by themselves.
    expect(await queriesWith(vector, `scalar(${vector})`)).toBe(without + 6)
    // The probe, all facts of the day, its usage, and the pods of changed workloads.
    expect(without).toBe(4)
  })

  it('that are no PromQL, or read more than the workload, stop the run before it reads anything', async () => {
    change(`health: { signals: [{ name: errors, query: up, worse: above, value: 1 }] }`)
    git(repository, 'commit', '--quiet', '--all', '--message=measure all')
    const ended = await run(end)
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('the query of the signal errors reads other namespaces: up')
    expect(ended.stderr).toContain('Each selector needs namespace="$namespace"')
    const recorded = await tortoise(['plan', '--repo', repository, '--snapshot', join(root, 'none.json')])
    expect(recorded.stderr).toContain('the query of the signal errors reads other namespaces: up')
  })

  it('that cannot be used are errors of doctor', async () => {
    const args = [
      'doctor',
      '--repo',
      repository,
      '--prometheus',
      prometheus.url,
      '--cluster',
      'prod',
      '-o',
      'json',
    ]
    const { stdout } = await runAt(new Date(end * 1000), args, { HOME: root })
    expect(JSON.parse(stdout).checks).toContainEqual(
      expect.objectContaining({
        level: 'error',
        code: 'signals',
        message: expect.stringMatching(/^The query of the signal errors reads other namespaces/),
      }),
    )
  })

  it('without a single series are warned of once, and hold nothing', async () => {
    change(
      `health: { signals: [{ name: pods, query: 'kube_pod_status_phase{namespace="$namespace"}', worse: above, value: 0.5 }] }`,
    )
    git(repository, 'commit', '--quiet', '--all', '--message=measure pods')
    const ended = await run(end)
    expect(ended.status).toBe(0)
    expect(
      ended.stderr.match(
        /the signal pods in prod is not known: its query gives 3 series of shop\/Deployment/g,
      ),
    ).toHaveLength(1)
  })
})
