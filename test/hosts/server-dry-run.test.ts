import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { isJsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { Observation } from '../../plugin/model/observation.ts'
import { packCounts } from '../../plugin/model/series.ts'
import { printSnapshot } from '../../plugin/observe/snapshot.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { type Draw, drawFrom, oddWorkload } from '../lab/odd-workloads.ts'
import { programDirectory } from '../lab/programs.mjs'
import { recordedUsage } from '../unit/recommend/builders.ts'
import { beginRepository, git, tortoise } from './program.ts'

const workloads = 200
const perNamespace = 20
const Mi = 1024 ** 2
const end = Date.UTC(2026, 8, 15)
const hours = 14 * 24
const frame = { first: end / 1000 - hours * 3600 + 3600, step: 3600, count: hours }

/** Bounds that some namespaces have; every generated size is within them. */
const range: JsonObject = {
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'bounds' },
  spec: {
    limits: [{ type: 'Container', max: { cpu: '8', memory: '9000M' }, min: { cpu: '1m', memory: '4Mi' } }],
  },
}

const podOf = (object: JsonObject): JsonObject | undefined => {
  const template =
    valueAt(object, ['spec', 'jobTemplate', 'spec', 'template']) ?? valueAt(object, ['spec', 'template'])
  const name = textOf(valueAt(object, ['metadata', 'name'])) ?? ''
  if (!isJsonObject(template)) return undefined
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: template['spec'] ?? {} }
}

/** Usage of any size: none of it fits what is requested. */
function observed(draw: Draw, namespace: string, object: JsonObject): Observation {
  const spec = podOf(object)?.['spec']
  const names = ['containers', 'initContainers'].flatMap((list) =>
    listOf(valueAt(spec, [list])).flatMap((one) => textOf(valueAt(one, ['name'])) ?? []),
  )
  const pods = 1 + draw(6)
  const series = packCounts(
    frame,
    Array.from({ length: hours }, (_, hour) => pods + (hour % 5 === 0 ? 1 : 0)),
  )
  const containers = names.map((container) => {
    const [cpu, memory, burst] = [5 + draw(3000), 10 + draw(3000), 1 + draw(4)]
    const usage = recordedUsage(
      { cpu: (hour) => cpu * (hour % 24 === 0 ? burst : 1), memory: () => memory * Mi, pods },
      frame,
    )
    const oomKills = draw(6) === 0 ? 1 + draw(9) : 0
    return { container, ...usage, oomKills, ...(draw(5) === 0 ? { throttledShare: draw(100) / 100 } : {}) }
  })
  return {
    cluster: 'lab',
    workload: {
      apiVersion: textOf(object['apiVersion']) ?? '',
      kind: textOf(object['kind']) ?? '',
      namespace,
      name: textOf(valueAt(object, ['metadata', 'name'])) ?? '',
    },
    window: { from: new Date(end - 14 * 86_400_000).toISOString(), to: new Date(end).toISOString() },
    days: 14,
    coverage: 1,
    containers,
    replicas: { min: pods, max: pods + 1, mean: pods + 0.2, series },
  }
}

describe.skipIf(!hasControlPlane())('the API server takes every accepted change', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-odd-'))
  const outside = mkdtempSync(join(tmpdir(), 'tortoise-odd-outside-'))
  const namespaces = Array.from({ length: workloads / perNamespace }, (_, index) => `team-${index}`)
  let plane: ControlPlane

  const kubectl = (args: readonly string[], input: string): string =>
    execFileSync('kubectl', args, {
      encoding: 'utf8',
      input,
      env: { PATH: process.env['PATH'], KUBECONFIG: join(outside, 'kubeconfig'), HOME: outside },
      stdio: ['pipe', 'pipe', 'pipe'],
      maxBuffer: 64 * Mi,
    })

  /** Sends every object of a namespace to the server, and a pod of every template, as admission sees pods alone. */
  function dryRun(namespace: string): number {
    const text = readFileSync(join(work, namespace, 'all.yaml'), 'utf8')
    const documents = parseAllDocuments(text)
    const objects = 'empty' in documents ? [] : documents.map((one) => one.toJS() as JsonObject)
    const pods = objects.flatMap((object) => podOf(object) ?? [])
    const all = [...objects, ...pods].map((one) => stringify(one)).join('---\n')
    const said = kubectl(
      ['apply', '--dry-run=server', '--validate=strict', `--namespace=${namespace}`, '--filename=-'],
      all,
    )
    return said.split('\n').filter((line) => line.endsWith('(server dry run)')).length
  }

  beforeAll(async () => {
    plane = await startControlPlane()
    writeFileSync(join(outside, 'kubeconfig'), plane.kubeconfig())
    const draw = drawFrom(20261128)
    const observations: Observation[] = []
    for (const [index, namespace] of namespaces.entries()) {
      await plane.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
      const own = Array.from({ length: perNamespace }, (_, nth) => oddWorkload(draw, `odd-${nth}`))
      const bounds = index % 2 === 0 ? [range] : []
      if (bounds.length > 0) await plane.call('POST', `/api/v1/namespaces/${namespace}/limitranges`, range)
      mkdirSync(join(work, namespace))
      const text = [...bounds, ...own.flat()].map((one) => stringify(one, { aliasDuplicateObjects: false }))
      writeFileSync(join(work, namespace, 'all.yaml'), text.join('---\n'))
      observations.push(
        ...own.flatMap(([object]) => (object === undefined ? [] : observed(draw, namespace, object))),
      )
    }
    writeFileSync(
      join(outside, 'snapshot.json'),
      printSnapshot({
        kind: 'TortoiseSnapshot',
        version: 2,
        recordedAt: new Date(end).toISOString(),
        observations,
      }),
    )
    const sources = namespaces.map((namespace) => ({ path: namespace, cluster: 'lab', namespace }))
    writeFileSync(
      join(work, 'tortoise.yaml'),
      stringify({ sources, clusters: [{ name: 'lab' }], deliver: { mode: 'direct' } }),
    )
    beginRepository(work)
  })
  afterAll(async () => {
    for (const directory of [work, outside]) rmSync(directory, { recursive: true, force: true })
    await plane?.close()
  })

  it.each(['steady', 'tortoise', 'vpa', 'krr'])(
    'of 200 workloads with odd sizes, by the rules of %s',
    async (profile) => {
      const before = namespaces.map(dryRun)
      const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
      const settings = join(outside, 'tortoise.yaml')
      const text = readFileSync(join(work, 'tortoise.yaml'), 'utf8')
      writeFileSync(settings, `${text}recommend: { profile: ${profile} }\n`)
      const args = [
        'run',
        '--repo',
        work,
        '--settings',
        settings,
        '--snapshot',
        join(outside, 'snapshot.json'),
      ]
      const ended = await tortoise(args, { env: { PATH: path } })
      expect([ended.status, ended.stderr.slice(-600)]).toEqual([0, expect.anything()])
      git(work, 'reset', '--quiet', '--hard', 'main')
      const changed = git(work, 'diff', '--numstat', 'HEAD~1', 'HEAD').trim().split('\n')
      const lines = changed.reduce((sum, line) => sum + Number(line.split('\t')[0]), 0)
      expect(lines).toBeGreaterThan(100)
      expect(namespaces.map(dryRun)).toEqual(before)
      git(work, 'reset', '--quiet', '--hard', 'HEAD~1')
    },
  )
})
