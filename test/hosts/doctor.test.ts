import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { doctorSchema } from '../../plugin/report/json/doctor.ts'
import { createFleet } from '../lab/fleet/fleet.ts'
import { openMetrics } from '../lab/fleet/openmetrics.ts'
import { hasPrometheus, startPrometheus } from '../lab/prometheus.ts'
import { onDemo, tortoise } from './program.ts'

const [root, outside] = ['doctor', 'operator'].map((name) =>
  mkdtempSync(join(tmpdir(), `tortoise-${name}-`)),
) as [string, string]
afterAll(() => {
  for (const directory of [root, outside]) rmSync(directory, { recursive: true, force: true })
})

const operator = join(outside, 'operator.yaml')

/** Runs the doctor with settings of the repository and of the operator. */
const doctor = (settings: string, operated: string, ...args: readonly string[]) => {
  writeFileSync(join(root, 'tortoise.yaml'), settings)
  writeFileSync(operator, operated)
  return tortoise(['doctor', '--repo', root, '--operator-settings', operator, ...args])
}

const manifestOf = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    spec: { containers: [{ name: app, image: example, resources: { requests: { cpu: 1 } } }] }
`

describe('tortoise doctor', () => {
  it('looks at everything although a server cannot be reached, and ends with 1', async () => {
    const ended = await doctor(
      'clusters: [{name: prod}, {name: idle}]\n',
      'clusters: [{name: prod, prometheus: {url: "http://127.0.0.1:9"}}]\n',
      '-o',
      'json',
    )
    expect(ended.status).toBe(1)
    const { checks } = doctorSchema.parse(JSON.parse(ended.stdout))
    expect(checks.map(({ area, cluster, level, code }) => [area, cluster, level, code])).toEqual(
      expect.arrayContaining([
        ['programs', undefined, 'ok', 'program'],
        ['settings', undefined, 'warning', 'git'],
        ['prometheus', 'prod', 'error', 'prometheus.unreachable'],
      ]),
    )
    for (const { level, hint } of checks) if (level === 'error') expect(hint).toBeTruthy()
  })

  it('says where to begin when nothing is named', async () => {
    const ended = await doctor('', '')
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain('✗ The settings name no source of usage\n    → Add a Prometheus')
    expect(ended.stderr).toContain('Fix 1 error before the first run.')
  })

  it('refuses pull requests without a forge, as a run does', async () => {
    const clusters = 'clusters: [{name: prod, prometheus: {url: "http://127.0.0.1:9"}}]\n'
    const pulls = 'deliver: {mode: pull-request}\n'
    const message = '✗ no forge is configured to open pull requests on\n    → Set deliver.github.repository'
    expect((await doctor(pulls, clusters)).stdout).toContain(message)
    const remote = `${clusters}deliver: {remote: {url: "https://github.com/acme/shop.git"}}\n`
    expect((await doctor(pulls, remote)).stdout).not.toContain('no forge')
    expect((await doctor('deliver: {mode: commit}\n', clusters)).stdout).not.toContain('no forge')
  })

  it('checks recorded usage in place of clusters', async () => {
    const ended = await onDemo('doctor')
    expect(ended, ended.stdout).toMatchObject({ status: 0 })
    expect(ended.stdout).toContain('Recorded usage\n  ✓ 12 workloads with usage in ')
    expect(ended.stdout).toContain('Cluster prod\n  ✓ 6 of 6 workloads with usage are managed')
    const missing = await doctor('', '', '--snapshot', 'no-such-file.json')
    expect(missing).toMatchObject({ status: 1 })
    expect(missing.stdout).toContain('✗ there is no snapshot no-such-file.json\n    → Record one')
  })

  it.skipIf(!hasPrometheus())('lists what the data lack, with the query that shows it', async () => {
    const fleet = createFleet({ seed: 1 })
    const { to } = fleet.window
    const lab = await startPrometheus(
      (async function* () {
        yield* openMetrics(fleet, { cluster: 'prod', from: to - 2 * 86_400, to, slowStep: 300 })
      })(),
    )
    try {
      const settings = 'clusters: [{name: prod}]\n'
      const operated = `clusters: [{name: prod, prometheus: {url: "${lab.url}"}}]\n`
      const until = new Date(to * 1000).toISOString()
      const ended = await doctor(settings, operated, '--until', until, '--fix-hints')
      expect(ended.stdout).toMatch(/✓ cadvisor, CPU from container_cpu_usage_seconds_total/)
      expect(ended.stdout).toMatch(/✓ \d+ workloads with usage in the last 1 day \(\d+ queries/)
      expect(ended.status).toBe(0)
      // Sources are rendered and joined to usage.
      mkdirSync(join(root, 'apps'), { recursive: true })
      writeFileSync(join(root, 'apps/web.yaml'), manifestOf('cart'))
      const source = (namespace: string) =>
        `${settings}sources: [{path: apps, cluster: prod, namespace: ${namespace}}]\n`
      const joined = await doctor(source('shop'), operated, '--until', until, '--coverage')
      expect(joined.stdout).toMatch(/✓ 1 of \d+ workloads with usage is managed: /)
      expect(joined.stdout).toMatch(
        /Not managed in cluster prod\n {2}\S+\/\S+\/\S+ \(\d+m, \d+Mi\)\n {4}no source renders it; add/,
      )
      expect(joined.status).toBe(0)
      const wrong = await doctor(source('default'), operated, '--until', until)
      expect(wrong.stdout).toMatch(
        /✗ 0 of \d+ workloads with usage are managed: .*\n {4}→ apps is in the namespace default by its settings, but 1 workload of these names has usage in shop: set namespace: shop for it\n/,
      )
      expect(wrong.status).toBe(1)
      const other = settings.replace('prod', 'prod, prometheus: {labels: {cluster: other}}')
      const blind = await doctor(other, operated, '--until', until)
      expect(blind.stdout).toContain('✗ Prometheus has no usage of any container with cluster="other"')
      expect(blind.status).toBe(1)
      // One cluster that cannot be read costs a warning, not the others.
      const gone = 'clusters: [{name: gone, prometheus: {url: "http://127.0.0.1:9"}}, '
      writeFileSync(join(root, 'tortoise.yaml'), 'clusters: [{name: gone}, {name: prod}]\n')
      writeFileSync(operator, operated.replace('clusters: [', gone))
      const out = join(root, 'snapshot.json')
      const where = ['--repo', root, '--operator-settings', operator]
      const recorded = await tortoise(['snapshot', ...where, '--until', until, '--out', out])
      expect(recorded.status).toBe(0)
      expect(recorded.stdout).toMatch(/^Recorded [1-9]\d* workloads/)
      expect(recorded.stderr).toContain(
        'warning: skipped cluster gone: Prometheus http://127.0.0.1:9 cannot be',
      )
    } finally {
      await lab.close()
    }
  })
})
