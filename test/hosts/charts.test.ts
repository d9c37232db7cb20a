import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { JsonObject } from '../../plugin/model/json.ts'
import { hasOpenssl } from '../lab/certificates.ts'
import { hasRegistry } from '../lab/registry/server.ts'
import {
  bareTemplate,
  type ChartsCheckout,
  type ChartsGround,
  checkoutOf,
  differences,
  operatorSettings,
  recorded,
  startCharts,
  storefront,
} from './charts-ground.ts'

const ready = hasRegistry && hasOpenssl
if (!ready)
  console.warn('no registry (node test/lab/registry/build.mjs builds one) or openssl: charts are not fetched')

const release = (chart: object, values: JsonObject = storefront()) => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name: 'storefront', namespace: 'shop' },
  spec: { interval: '10m', ...chart, values },
})
const source = (kind: string, spec: object) => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name: 'shop', namespace: 'flux-system' },
  spec: { interval: '1h', ...spec },
})
const fromRepository = (version: string) => ({
  chart: {
    spec: {
      chart: 'web',
      version,
      sourceRef: { kind: 'HelmRepository', name: 'shop', namespace: 'flux-system' },
    },
  },
})
const byReference = { chartRef: { kind: 'OCIRepository', name: 'shop', namespace: 'flux-system' } }

describe.skipIf(!ready)('charts from elsewhere', () => {
  let ground: ChartsGround
  beforeAll(async () => {
    ground = await startCharts()
  })
  afterAll(() => ground.close())

  const file = 'apps/prod/release.yaml'
  const checkout = (...objects: readonly object[]): ChartsCheckout =>
    checkoutOf(ground, { [file]: objects.map((one) => stringify(one)).join('---\n') })
  const valuesIn = (text: string, path: readonly string[]): unknown =>
    parseAllDocuments(text)
      .map((one) => one.getIn(path) as { toJSON(): unknown } | undefined)
      .find((one) => one !== undefined)
      ?.toJSON()

  /** Plans and runs, and returns what bare Helm prints differently for the commit, beside what the plan intended. */
  async function delivered(
    one: ChartsCheckout,
    version: string,
    path: readonly string[] = ['spec', 'values'],
  ) {
    const before = valuesIn(one.read(file), path)
    const plan = await one.run(['plan', ...recorded, '-o', 'json'])
    expect(plan).toMatchObject({ status: 0 })
    const intended = JSON.parse(plan.stdout).changes.map(
      ({ from, to }: { from: unknown; to: unknown }) => `${from} → ${to}`,
    )
    expect(intended.length).toBeGreaterThan(0)
    expect(await one.run(['run', ...recorded])).toMatchObject({ status: 0 })
    const [was, is] = [before, valuesIn(one.read(file), path)].map((values) =>
      bareTemplate(ground.directory, ground.archive(version), values),
    )
    const changed = differences(was, is).map((line) => line.replace(/^[^:]*: /, ''))
    return { plan, intended: [...intended].sort(), changed: [...changed].sort() }
  }

  const kinds = [
    [
      'a HelmRepository',
      () => source('HelmRepository', { url: ground.http.url }),
      fromRepository('0.7.2'),
      '0.7.2',
    ],
    [
      'a HelmRepository and a range',
      () => source('HelmRepository', { url: ground.http.url }),
      fromRepository('0.x'),
      '0.8.0',
    ],
    [
      'a HelmRepository of type oci',
      () => source('HelmRepository', { type: 'oci', url: `oci://${ground.registry.host}/team` }),
      fromRepository('>=0.7.0 <0.8.0'),
      '0.7.2',
    ],
    [
      'an OCIRepository with a tag',
      () => source('OCIRepository', { url: `oci://${ground.registry.host}/team/web`, ref: { tag: '0.7.2' } }),
      byReference,
      '0.7.2',
    ],
    [
      'an OCIRepository with a range',
      () => source('OCIRepository', { url: `oci://${ground.registry.host}/team/web`, ref: { semver: '*' } }),
      byReference,
      '0.8.0',
    ],
  ] as const

  it.each(kinds)(
    '%s: what run commits renders with bare Helm as planned',
    async (_, repository, chart, version) => {
      const { intended, changed } = await delivered(checkout(repository(), release(chart)), version)
      expect(changed).toEqual(intended)
    },
  )

  it('a second run contacts no server, and nothing is left to change', async () => {
    const one = checkout(source('HelmRepository', { url: ground.http.url }), release(fromRepository('0.x')))
    await one.run(['run', ...recorded])
    const requests = ground.http.requests.length
    const second = await one.run(['plan', ...recorded, '-o', 'json'])
    expect(JSON.parse(second.stdout).changes).toEqual([])
    expect(ground.http.requests.length).toBe(requests)
  })

  it('a host that is not allowed is not contacted, and the message has the line to add', async () => {
    const one = checkout(source('HelmRepository', { url: ground.http.url }), release(fromRepository('0.x')))
    const requests = ground.http.requests.length
    const plan = await one.run(['plan', ...recorded], { operator: operatorSettings(ground, { allow: [] }) })
    expect(plan.status).toBe(0)
    expect(plan.stdout + plan.stderr).toContain(`charts: { allow: ["${ground.http.host}"] }`)
    expect(ground.http.requests.length).toBe(requests)
  })
})
