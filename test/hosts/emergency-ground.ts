import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect } from 'vitest'
import { deploymentOf } from './deployment.ts'
import { beginRepository, type Ended, git, tortoise, writeFiles } from './program.ts'

/** The checkout of a test. It is removed after the test. */
export const work = { root: '' }
afterEach(() => rmSync(work.root, { recursive: true, force: true }))

/** The Deployment whose HPA an emergency raises. */
export const deployment = deploymentOf(
  'web',
  'requests: { cpu: 200m, memory: 256Mi }',
  'limits: { memory: 300Mi }',
)

/** The HPA of the Deployment `web`. */
export const autoscaler = (least: string, most: string): string => `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
  namespace: shop
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: ${least}
  maxReplicas: ${most}
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } }
`

/** A source: its files, its settings, and how the minimum after an emergency is read. */
interface Layout {
  readonly files: Readonly<Record<string, string>>
  readonly source: string
  readonly minimum: () => string
}

/** A kustomization, whose HPA has the minimum. */
export const kustomization: Layout = {
  files: {
    'apps/web/kustomization.yaml': 'resources: [app.yaml, hpa.yaml]\n',
    'apps/web/app.yaml': deployment,
    'apps/web/hpa.yaml': autoscaler('3 # at night', '20'),
  },
  source: '{ path: apps/web, cluster: prod }',
  minimum: () => /minReplicas: (.*)/.exec(read('apps/web/hpa.yaml'))?.[1] ?? '',
}

/** The three kinds of source. */
export const layouts: Readonly<Record<string, Layout>> = {
  'a kustomization': kustomization,
  'a chart': {
    files: {
      'apps/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'apps/web/values.yaml': 'pods: { least: 3, most: 20 }\n',
      'apps/web/templates/app.yaml': deployment,
      'apps/web/templates/hpa.yaml': autoscaler('{{ .Values.pods.least }}', '{{ .Values.pods.most }}'),
      'prod.yaml': 'pods:\n  least: 3 # at night\n',
    },
    source: '{ path: apps/web, cluster: prod, release: web, values: [prod.yaml] }',
    minimum: () => /least: (.*)/.exec(read('prod.yaml'))?.[1] ?? '',
  },
  'a source with committed recommendations': {
    files: {
      'apps/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'apps/web/templates/app.yaml': deployment,
      'apps/web/templates/hpa.yaml': autoscaler('3', '20'),
    },
    source: '{ path: apps/web, cluster: prod, release: web, namespace: shop, overlay: true }',
    minimum: () => {
      const text = read('apps/web/.tortoise/prod/shop.deployment.web.json')
      const { values } = JSON.parse(text) as { values: { field: string; value: string }[] }
      return values.find(({ field }) => field === 'hpa.minReplicas')?.value ?? ''
    },
  },
}

/** The text of a file of the checkout. */
export const read = (file: string): string => readFileSync(join(work.root, file), 'utf8')

/** Makes the checkout of a test: one commit with a source and settings that deliver to `main`. */
export function checkout({ files, source }: Pick<Layout, 'files' | 'source'>): void {
  work.root = mkdtempSync(join(tmpdir(), 'tortoise-emergency-'))
  const settings = `sources: [${source}]\nclusters: [{ name: prod }]\ndeliver: { mode: direct }\n`
  writeFiles(work.root, { ...files, 'tortoise.yaml': settings })
  beginRepository(work.root)
}

/** Runs `emergency` in the checkout. */
export const emergency = (...args: readonly string[]): Promise<Ended> =>
  tortoise(['emergency', ...args], { cwd: work.root })

/** A run without usage, or with some: it steps back from emergencies and decides nothing else. */
export async function run(observations: readonly object[] = []): Promise<string> {
  const empty = { kind: 'TortoiseSnapshot', version: 1, recordedAt: '2026-03-01T00:00:00Z', observations }
  const snapshot = join(work.root, '.git/snapshot.json')
  writeFileSync(snapshot, JSON.stringify(empty))
  const { status, stderr } = await tortoise(['run', '--snapshot', snapshot, '-o', 'json'], { cwd: work.root })
  expect(status, stderr).toBe(0)
  return stderr
}

/** Lets the emergency of the last commit end an hour ago. */
export function expire(): void {
  const message = git(work.root, 'log', '-1', '--format=%B')
  const past = new Date(Date.now() - 3_600_000).toISOString()
  git(
    work.root,
    'commit',
    '--quiet',
    '--amend',
    `--message=${message.replace(/until \S+Z$/m, `until ${past}`)}`,
  )
}

/** How many commits the checkout has. */
export const commits = (): number => Number(git(work.root, 'rev-list', '--count', 'HEAD'))
