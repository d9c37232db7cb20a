import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { fieldsOf } from '../../plugin/model/manifest.ts'
import { readValue } from '../../plugin/model/value.ts'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { demoSeed, observeFleet, recordDemo, snapshotText } from '../lab/fleet/record.ts'
import type { FleetContainer, FleetWorkload } from '../lab/fleet/workload.ts'

const repository = 'plugin/hosts/demo/files/repository'
const present = (program: string, argument: string) => spawnSync(program, [argument]).status === 0
const fleet = createFleet({ seed: demoSeed })
const { to } = fleet.window

describe('the recorded snapshot', () => {
  const text = readFileSync('plugin/hosts/demo/files/snapshot.json', 'utf8')

  it('is exactly what the recorder gives', () => {
    expect(recordDemo()).toBe(text)
  })

  it('is small and holds one observation a line', () => {
    expect(text.length).toBeLessThan(450_000)
    expect(text.split('\n').filter((line) => line.startsWith('{"cluster":'))).toHaveLength(12)
  })

  it('differs for another seed', () => {
    expect(snapshotText(observeFleet(createFleet({ seed: 1 })), '2026-09-14T00:00:00Z')).not.toBe(text)
  })
})

describe('the fleet', () => {
  const find = (cluster: string, name: string): FleetWorkload => {
    const found = fleet.workloads.find((one) => one.cluster === cluster && one.name === name)
    if (found === undefined) throw new Error(`no ${name} in ${cluster}`)
    return found
  }

  it('has pods of two ReplicaSets, as many as it has replicas', () => {
    const catalog = find('prod', 'catalog')
    const pods = fleet.pods(catalog)
    expect(new Set(pods.map(({ owner }) => owner)).size).toBe(2)
    expect(new Set(pods.map(({ name }) => name)).size).toBe(pods.length)
    for (let time = fleet.window.from; time < to; time += 7 * 3600) {
      const alive = pods.filter((pod) => pod.from <= time && time < pod.to)
      expect(alive).toHaveLength(fleet.replicas(catalog, time))
    }
  })

  it("stays below every memory limit, and only prod's cart is killed for want of memory", () => {
    const seen = observeFleet(fleet).flatMap((observation, index) =>
      observation.containers.map((usage, position) => {
        const limit = fleet.workloads[index]?.containers[position]?.limits.memory ?? 4096
        return {
          ...usage,
          limit,
          label: `${observation.cluster}/${observation.workload.name}/${usage.container}`,
        }
      }),
    )
    for (const { memory, limit } of seen) expect(memory?.peak).toBeLessThan(limit * 1024 ** 2)
    expect(seen.filter(({ oomKills }) => oomKills > 0).map(({ label }) => label)).toEqual(['prod/cart/cart'])
  })

  it('takes CPU from traces when it is given some', () => {
    const traced = createFleet({ seed: 1, traces: [Float64Array.of(50)] })
    const workload = find('prod', 'cart')
    const [pod, container] = [traced.pods(workload)[0], workload.containers[1]]
    if (pod === undefined || container === undefined) throw new Error('no pod')
    const cpu = traced.cpu({ workload, container, pod }, to - 600)
    expect(Math.abs(cpu / (2 * 250) - 0.5)).toBeLessThan(0.07)
  })
})

describe('the OpenMetrics text', () => {
  const lines = (seed: number) => [
    ...openMetrics(createFleet({ seed }), { cluster: 'prod', from: to - 6 * 3600, to, step: 60 }),
  ]

  it('is the same for the same seed', () => {
    expect(lines(7)).toEqual(lines(7))
    expect(lines(7)).not.toEqual(lines(8))
  })

  it('lists each family once', () => {
    const types = lines(demoSeed).filter((line) => line.startsWith('# TYPE '))
    expect(new Set(types).size).toBe(types.length)
  })

  it.skipIf(!present('promtool', '--version'))('is accepted by promtool', () => {
    const directory = mkdtempSync(join(tmpdir(), 'fleet-'))
    const file = join(directory, 'fleet.txt')
    writeFileSync(file, `${lines(demoSeed).join('\n')}\n`)
    const blocks = join(directory, 'blocks')
    execFileSync('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', file, blocks])
    expect(readdirSync(blocks).length).toBeGreaterThan(0)
    rmSync(directory, { recursive: true })
  })
})

describe('the demo repository', () => {
  const declared = (cluster: string, rendered: string) =>
    fieldsOf(
      parseAllDocuments(rendered).map((document) => document.toJS() as JsonObject),
      'shop',
    ).map((found) => {
      const workload = fleet.workloads.find(
        (one) => one.cluster === cluster && one.name === found.workload.name,
      )
      return { found, expected: workload && expectedOf(workload, found.field, found.container) }
    })
  const expectAgreement = (cluster: string, rendered: string) => {
    const known = declared(cluster, rendered).filter(({ expected }) => expected !== undefined)
    expect(known.length).toBeGreaterThanOrEqual(3)
    for (const { found, expected } of known) {
      expect(readValue(found.field, found.value), `${found.workload.name} ${found.field}`).toBe(expected)
    }
  }

  it.skipIf(!present('kubectl', 'help'))('declares what the fleet believes (kustomize)', () => {
    for (const cluster of ['prod', 'staging']) {
      const overlay = join(repository, 'apps/overlays', cluster)
      expectAgreement(cluster, execFileSync('kubectl', ['kustomize', overlay], { encoding: 'utf8' }))
    }
  })

  it.skipIf(!present('helm', 'version'))('declares what the fleet believes (chart)', () => {
    for (const cluster of ['prod', 'staging']) {
      for (const release of ['storefront', 'search']) {
        const values = join(repository, 'envs', cluster, `${release}.yaml`)
        const call = ['template', release, join(repository, 'charts/web'), '-n', 'shop', '-f', values]
        expectAgreement(cluster, execFileSync('helm', call, { encoding: 'utf8' }))
      }
    }
  })
})

function expectedOf(workload: FleetWorkload, field: string, name?: string): number | undefined {
  const [group = '', key = ''] = field.split('.')
  if (group === 'hpa' && workload.replicas.kind === 'autoscaled') {
    const { min, max, target } = workload.replicas
    return { minReplicas: min, maxReplicas: max, target }[key]
  }
  const container = workload.containers.find((one) => one.name === name)
  if (container === undefined || (group !== 'requests' && group !== 'limits')) return undefined
  return sizeOf(container, group, key)
}

function sizeOf(container: FleetContainer, group: 'requests' | 'limits', key: string): number | undefined {
  const { cpu, memory } = container[group]
  return key === 'cpu' ? cpu : memory === undefined ? undefined : memory * 1024 ** 2
}
