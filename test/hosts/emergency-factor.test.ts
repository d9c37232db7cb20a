import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { beginRepository, type Ended, git, tortoise, writeFiles } from './program.ts'

let root = ''
afterEach(() => rmSync(root, { recursive: true, force: true }))

const template = (least: string, cpu: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: app
          image: example.com/web
          resources: { requests: { cpu: "${cpu}", memory: 256Mi }, limits: { memory: 512Mi } }
        - name: metrics
          image: example.com/metrics
          resources: { requests: { cpu: 20m } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: shop }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: ${least}
  maxReplicas: 12
`

/** A chart whose container `metrics` and whose memory are hard-coded. */
function checkout(values: string, least: string, cpu: string): void {
  root = mkdtempSync(join(tmpdir(), 'tortoise-factor-'))
  writeFiles(root, {
    'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
    'web/values.yaml': values,
    'web/templates/all.yaml': template(least, cpu),
    'prod.yaml': values,
    'tortoise.yaml':
      'sources: [{ path: web, cluster: prod, release: web, values: [prod.yaml] }]\nclusters: [{ name: prod }]\ndeliver: { mode: direct }\n',
  })
  beginRepository(root)
}

const read = (): string => readFileSync(join(root, 'prod.yaml'), 'utf8')
const emergency = (...args: readonly string[]): Promise<Ended> =>
  tortoise(['emergency', ...args, '--workload', 'shop/Deployment/web'], { cwd: root })
const message = (): string => git(root, 'log', '-1', '--format=%B')

describe('an emergency with a factor', () => {
  it('raises what can be raised, and names the rest in output and commit', async () => {
    checkout(
      'pods: { minReplicas: 3 }\napp: { cpu: 200m }\n',
      '{{ .Values.pods.minReplicas }}',
      '{{ .Values.app.cpu }}',
    )
    const { status, stdout, stderr } = await emergency('start', '--factor', '1.5')
    expect(status, stderr).toBe(0)
    expect(read()).toBe('pods: { minReplicas: 12 }\napp: { cpu: 300m }\n')
    expect(stdout).toContain('metrics requests.cpu')
    expect(stderr).toContain('2 values cannot be raised; the report and the commit name them')
    expect(message()).toMatch(/^Not raised: prod Deployment\/web metrics requests\.cpu: hard-coded in /m)
    expect(message()).toMatch(/^Not raised: prod Deployment\/web app requests\.memory: hard-coded in /m)
    await emergency('stop')
    await emergency('stop')
    expect(read()).toBe('pods: { minReplicas: 3 }\napp: { cpu: 200m }\n')
  }, 60_000)

  it('leaves out a value that could not go back by itself, and raises the others', async () => {
    checkout('pods: { minReplicas: 3 }\na: 200m\n', '{{ .Values.pods.minReplicas }}', '{{ .Values.a }}')
    const { status, stdout, stderr } = await emergency('start', '--factor', '1.5')
    expect(status, stderr).toBe(0)
    expect(read()).toBe('pods: { minReplicas: 12 }\na: 200m\n')
    expect(stdout).toContain('later runs would not recognise it in the commit, so it could not end by itself')
    expect(message()).toMatch(/^Not raised: prod Deployment\/web app requests\.cpu: later runs would not /m)
  }, 60_000)

  it('is refused when nothing can be raised', async () => {
    checkout('x: 1\n', '12', '200m')
    const { status, stderr } = await emergency('start', '--factor', '1.5')
    expect(status).toBe(2)
    expect(stderr).toContain('Nothing was raised: Deployment/web ')
    expect(git(root, 'rev-list', '--count', 'HEAD').trim()).toBe('1')
  }, 60_000)
})
