import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { openWorkTree } from '../../plugin/io/work-tree.ts'
import { workloadsOf } from '../../plugin/model/manifest.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import { namespaceOf } from '../../plugin/model/source.ts'
import { discoverSources } from '../../plugin/trace/sources/discover.ts'
import { renderEach, renderReleases } from '../../plugin/trace/sources/releases.ts'
import { snapshotFor } from '../lab/layout-snapshot.ts'
import type { Deployed } from '../lab/layouts.ts'

/** What the first hour with a repository found. */
export interface FirstHour {
  readonly name: string
  /** Workloads that any source of the repository renders. */
  readonly workloads: number
  /** Workloads, by cluster, whose values the plan decides about: with the settings of `init`, and without settings. */
  readonly planned: number
  readonly bare: number
  readonly changes: number
  /** What `init`, `plan` or `plan` without settings said where it ended with an error. */
  readonly errors: readonly string[]
  /** Changes of one of the two plans only. */
  readonly differences: readonly string[]
  readonly skipped: readonly string[]
}

const tortoise = join(process.cwd(), 'dist/tortoise.js')

/** Runs `plan` without settings, `init` and `plan` in a copy of a repository in which everything that it renders has usage. */
export async function firstHour(
  directory: string,
  { renderer, env }: { readonly renderer: Renderer; readonly env: NodeJS.ProcessEnv },
): Promise<FirstHour> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-first-hour-'))
  try {
    const copy = join(root, 'copy')
    cpSync(realpathSync(directory), copy, { recursive: true, filter: (path) => basename(path) !== '.git' })
    for (const args of [
      ['init', '-q', '-b', 'main'],
      ['add', '-A'],
      ['commit', '-q', '-m', 'start'],
    ])
      execFileSync('git', args, { cwd: copy, env: { ...env, ...author } })
    const deployed = await everyWorkload(copy, renderer)
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [tortoise, ...args, '--repo', copy], {
        env: { ...env, HOME: root, XDG_CONFIG_HOME: root },
        encoding: 'utf8',
        maxBuffer: 1024 ** 3,
      })
    const errors: string[] = []
    const said = (what: string, { status, stderr }: { status: number | null; stderr: string }) => {
      if (status !== 0)
        errors.push(`${what}: ${stderr.split('\n').filter((one) => !one.startsWith('warning'))[0]}`)
    }
    const stages = run('init', '--offline', '--dry-run')
    const clusters = stages.status === 0 ? clustersIn(settingsIn(stages.stdout)) : ['default']
    const snapshot = join(root, 'snapshot.json')
    writeFileSync(snapshot, snapshotFor(deployed, clusters))
    const bare = run('plan', '--snapshot', snapshot, '-o', 'json')
    said('plan without settings', bare)
    const init = run('init', '--offline', '--dry-run', '--snapshot', snapshot)
    said('init', init)
    writeFileSync(join(copy, 'tortoise.yaml'), settingsIn(init.stdout))
    const planned = init.status === 0 ? run('plan', '--snapshot', snapshot, '-o', 'json') : init
    said('plan', planned)
    const [one, other] = [planned, bare].map(({ status, stdout }) =>
      status === 0 ? reportOf(stdout) : none,
    ) as [Report, Report]
    const [mine, theirs] = [one, other].map(({ changes }) => new Set(changes.map(changeKey))) as [
      Set<string>,
      Set<string>,
    ]
    return {
      name: basename(directory),
      workloads: deployed.length,
      planned: decided(one),
      bare: decided(other),
      changes: mine.size,
      errors,
      differences: [
        ...[...mine].filter((key) => !theirs.has(key)).map((key) => `only with settings: ${key}`),
        ...[...theirs].filter((key) => !mine.has(key)).map((key) => `only without: ${key}`),
      ],
      skipped: [...new Set(one.skipped.map(({ reason }) => reason.replace(/\S*[/.]\S*|\d+/g, '…')))],
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const author = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
}

interface Report {
  readonly changes: readonly {
    cluster?: string
    workload: Deployed
    container?: string
    field: string
    site: { file: string; line: number }
  }[]
  readonly recommendations: readonly { cluster?: string; workload: Deployed }[]
  readonly skipped: readonly { reason: string }[]
}
const none: Report = { changes: [], recommendations: [], skipped: [] }
const reportOf = (text: string): Report => ({ ...none, ...(JSON.parse(text) as Report) })
/** Settings of a single cluster need not say which one a source is for. */
const workloadOf = ({ cluster = 'default', workload }: { cluster?: string; workload: Deployed }): string =>
  `${cluster} ${workload.namespace}/${workload.kind}/${workload.name}`
const changeKey = (one: Report['changes'][number]): string =>
  `${workloadOf(one)} ${one.container ?? ''} ${one.field} ${one.site.file}:${one.site.line}`
const decided = ({ recommendations, changes }: Report): number =>
  new Set([...recommendations, ...changes].map(workloadOf)).size

const settingsIn = (text: string): string => /# tortoise\.yaml\n([\s\S]*?)(?=\n# \/|$)/.exec(text)?.[1] ?? ''
const clustersIn = (text: string): readonly string[] =>
  (parse(text) as { clusters: readonly { name: string }[] }).clusters.map(({ name }) => name)

async function everyWorkload(root: string, renderer: Renderer): Promise<readonly Deployed[]> {
  const view = openWorkTree(root)
  const ports = { view, renderer }
  const own = await renderEach(await discoverSources(ports), ports)
  const { rendered } = await renderReleases(own.rendered, ports)
  const found = new Map<string, Deployed>()
  for (const { source, objects } of [...own.rendered, ...rendered])
    for (const { workload, containers } of workloadsOf(objects, namespaceOf(source))) {
      const [container] = containers
      if (container !== undefined)
        found.set(`${workload.namespace}/${workload.kind}/${workload.name}`, {
          namespace: workload.namespace,
          kind: workload.kind,
          name: workload.name,
          container: container.name,
        })
    }
  return [...found.values()]
}
