import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { packCounts } from '../../plugin/model/series.ts'
import { admit, hasKeda } from '../lab/keda/admission.ts'
import { recordedUsage } from '../unit/recommend/builders.ts'
import { deploymentOf } from './deployment.ts'
import { beginRepository, git, tortoise, writeFiles } from './program.ts'

let root = ''
afterEach(() => rmSync(root, { recursive: true, force: true }))

const deployment = deploymentOf('web', 'requests: { cpu: 200m, memory: 256Mi }', 'limits: { memory: 300Mi }')
const scaler = `apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: web
  namespace: shop
spec:
  scaleTargetRef: { name: web }
  minReplicaCount: 2
  maxReplicaCount: 20
  triggers:
    - type: cpu # as before
      metricType: Utilization
      metadata: { value: "60" }
`
const settings = (slots: string): string => `sources: [{ path: apps, cluster: prod }]
clusters: [{ name: prod }]
deliver: { mode: direct }
recommend: { replicaSlots: ${slots}, cronTriggers: { timeZone: Europe/Berlin } }
`

const [hour, hours] = [3600, 336]
// Later than the commits of the test, which are made now.
const first = Date.UTC(2031, 1, 3, 1) / 1000
const isWork = (index: number): boolean =>
  Math.floor(index / 24) % 7 < 5 && index % 24 >= 7 && index % 24 < 17

/** Two weeks in which so many pods ran in working hours. */
function snapshot(busy: number): string {
  const pods = Array.from({ length: hours }, (_, index) => (isWork(index) ? busy : 2))
  const usage = recordedUsage(
    { cpu: () => 110, memory: () => 240 * 1024 ** 2 },
    { first, step: hour, count: hours },
  )
  const observation = {
    ...{ cluster: 'prod', days: 14, coverage: 1 },
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    window: { from: '2031-02-03T00:00:00Z', to: '2031-02-17T00:00:00Z' },
    containers: [{ container: 'app', oomKills: 0, ...usage }],
    replicas: { min: 2, max: busy, mean: 5, series: packCounts({ first, step: hour }, pods) },
  }
  const whole = { kind: 'TortoiseSnapshot', version: 1, recordedAt: '2031-02-17T00:00:00Z' }
  const file = join(root, '.git/snapshot.json')
  writeFileSync(file, JSON.stringify({ ...whole, observations: [observation] }))
  return file
}

function checkout(slots: string): void {
  root = mkdtempSync(join(tmpdir(), 'tortoise-cron-'))
  writeFiles(root, {
    'apps/app.yaml': deployment,
    'apps/scaler.yaml': scaler,
    'apps/kustomization.yaml': 'resources: [app.yaml, scaler.yaml]\n',
    'tortoise.yaml': settings(slots),
  })
  beginRepository(root)
}

const written = (): string => readFileSync(join(root, 'apps/scaler.yaml'), 'utf8')

async function run(busy: number): Promise<string> {
  const args = ['run', '--snapshot', snapshot(busy), '-o', 'json']
  const { status, stderr, stdout } = await tortoise(args, { cwd: root })
  expect(status, stderr).toBe(0)
  git(root, 'checkout', '--quiet', 'main', '--', '.')
  return stdout
}

const triggers = `    - type: cron
      name: tortoise-mon-fri-08
      metadata:
        timezone: Europe/Berlin
        start: 0 8 * * 1-5
        end: 0 18 * * 1-5
        desiredReplicas: "6"
`

it('replica slots become cron triggers that KEDA accepts, once, and change only when they differ enough', async () => {
  checkout('keda')
  await run(12)
  expect(written().replace(/value: "\d+"/, 'value: "60"')).toBe(scaler + triggers)
  if (hasKeda()) expect(admit(parse(written()), { workload: parse(deployment) }).refused).toEqual([])
  const before = git(root, 'rev-parse', 'main')
  await run(12)
  await run(13)
  expect(git(root, 'rev-parse', 'main')).toBe(before)
  await run(18)
  expect(written()).toContain('desiredReplicas: "9"')
})

it('cron triggers that the settings want are warned of where no ScaledObject can have them', async () => {
  checkout('keda')
  writeFileSync(join(root, 'apps/kustomization.yaml'), 'resources: [app.yaml]\n')
  git(root, 'commit', '--quiet', '--all', '--message=no scaler')
  const args = ['plan', '--snapshot', snapshot(12)]
  const { stderr } = await tortoise(args, { cwd: root })
  expect(stderr).toContain('no ScaledObject of KEDA in the sources scales a workload')
})

it('cron triggers that a person changed lately are held', async () => {
  checkout('keda')
  await run(12)
  writeFileSync(
    join(root, 'apps/scaler.yaml'),
    written().replace('desiredReplicas: "6"', 'desiredReplicas: "3"'),
  )
  git(root, 'commit', '--quiet', '--all', '--message=fewer pods')
  const report = await run(12)
  expect(written()).toContain('desiredReplicas: "3"')
  expect(JSON.parse(report).skipped).toContainEqual(expect.objectContaining({ field: 'hpa.cron' }))
})

it('a ScaledObject gets no cron triggers unless the settings want them', async () => {
  checkout('weekly')
  await run(12)
  expect(written()).not.toContain('type: cron')
})
