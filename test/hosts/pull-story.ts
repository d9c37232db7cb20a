import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PullOutcome } from '../../plugin/model/proposal.ts'
import { printSnapshot } from '../../plugin/observe/snapshot.ts'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import type { GitHubLab } from '../lab/github-state.ts'
import { recordedUsage } from '../unit/recommend/builders.ts'
import { observationsFor } from '../unit/report/pull-requests.ts'
import { type Ended, git, tortoise, writeFiles } from './program.ts'

/** A Deployment of the story: what it requests, and what it uses. */
export interface Load {
  readonly name: string
  /** CPU request in millicores. */
  readonly asks: number
  /** Highest CPU seen in millicores. */
  readonly uses: number
  readonly cluster?: string
  /** Memory request and limit in MiB. */
  readonly memory?: number
  /** Days from its last OOM kill to the end of the window. */
  readonly killed?: number
  /** Memory that it uses in MiB, by hour; 98 % of its limit when left out. */
  readonly usesMemory?: number
}

/** How a story begins. */
export interface Beginning {
  readonly loads: readonly Load[]
  /** Further settings below `deliver`, as lines of YAML. */
  readonly deliver?: string
  /** Further settings at the top. */
  readonly settings?: string
  readonly files?: Readonly<Record<string, string>>
  readonly lab?: Partial<GitHubLab>
  /** How many commits the clones of runs have; all when left out. */
  readonly depth?: number
}

/** A repository on a forge, and the built program that is run on it. */
export interface PullStory {
  readonly bare: string
  readonly server: GitHubServer
  /** Runs the program in a fresh clone of main. */
  readonly run: (...args: readonly string[]) => Promise<Ended>
  /** The same, and what became of each pull request; fails with what the program said. */
  readonly pulls: () => Promise<readonly PullOutcome[]>
  /** What is seen from now on. */
  readonly see: (loads: readonly Load[]) => void
  /** A person's commit on main. */
  readonly commit: (files: Readonly<Record<string, string>>, message?: string) => string
  readonly git: (...args: readonly string[]) => string
  /** Arguments and environment of a run, for those who start it themselves. */
  readonly command: () => { readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> }
  readonly close: () => Promise<void>
}

/** The path of a workload's manifest. */
export const pathOf = ({ name, cluster = 'prod' }: Pick<Load, 'name' | 'cluster'>): string =>
  `${cluster}/${name}/app.yaml`

/** A Deployment as its owners write it. */
export const manifestOf = ({
  name,
  asks,
  memory,
}: Pick<Load, 'name' | 'asks' | 'memory'>): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  template:
    spec:
      containers:
        - name: app
          resources:
            requests:
              cpu: ${asks}m # by hand
${memory === undefined ? '' : `              memory: ${memory}Mi\n            limits:\n              memory: ${memory}Mi\n`}`

/** A window that ends after every commit of a story: evidence from before a change would let its value rest. */
const window = {
  from: new Date(Date.now() - 13 * 86_400_000).toISOString(),
  to: new Date(Date.now() + 86_400_000).toISOString(),
}

const step = 3600
/** Hours of the window, as a recorder keeps them. */
const hourly = { first: Math.ceil(Date.parse(window.from) / 1000 / step) * step, step, count: 14 * 24 }

/** What is known of a container that was killed for want of memory. */
function killedUse({ uses, memory = 0, killed, usesMemory = memory * 0.98 }: Load) {
  const load = { cpu: () => uses, memory: () => usesMemory * 1024 ** 2 }
  const end = hourly.first + (hourly.count - 1) * step
  const kills = killed === undefined ? { oomKills: 0 } : { oomKills: 1, oomTimes: [end - killed * 86_400] }
  return { ...kills, ...recordedUsage(load, hourly) }
}

/** What was recorded of some loads, as a file for `--snapshot`. */
export function snapshotOf(loads: readonly Load[]): string {
  const observations = loads.flatMap((load) => {
    const { name, uses, cluster = 'prod', killed, usesMemory } = load
    const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name }
    const [seen] = observationsFor([{ cluster, workload, container: 'app' }], uses)
    if (seen === undefined) return []
    const use = killed === undefined && usesMemory === undefined ? {} : killedUse(load)
    return [{ ...seen, window, containers: seen.containers.map((one) => ({ ...one, ...use })) }]
  })
  return printSnapshot({
    kind: 'TortoiseSnapshot',
    version: 2,
    recordedAt: '2026-03-01T00:00:00Z',
    observations,
  })
}

/** Begins a story. */
export async function beginPulls(beginning: Beginning): Promise<PullStory> {
  const { loads, deliver = '', settings = '', files = {}, lab = {}, depth } = beginning
  const root = mkdtempSync(join(tmpdir(), 'tortoise-pulls-'))
  const [bare, work, clone] = ['gitops.git', 'work', 'clone'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ]
  const snapshot = join(root, 'snapshot.json')
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  git(root, 'init', '--quiet', '--initial-branch=main', work)
  const server = await startGitHubServer({ gitdir: bare, ...lab })
  const commit: PullStory['commit'] = (texts, message = 'by hand') => {
    writeFiles(work, texts)
    git(work, 'add', '--all')
    git(work, 'commit', '--quiet', `--message=${message}`)
    git(work, 'push', '--quiet', bare, 'HEAD:main')
    return git(work, 'rev-parse', 'HEAD').trim()
  }
  const clusters = [...new Set(loads.map(({ cluster = 'prod' }) => cluster))]
  const sources = clusters.map((cluster) => `  - { path: ${cluster}, cluster: ${cluster}, namespace: shop }`)
  const head = `sources:\n${sources.join('\n')}\nclusters:\n${clusters.map((name) => `  - name: ${name}`).join('\n')}`
  const github = `  github: { repository: ${server.repository}, apiUrl: "${server.url}", paced: false }`
  // Beside the repository: it names the server, and commits are to be the same in every story.
  const settingsFile = join(root, 'tortoise.yaml')
  writeFileSync(
    settingsFile,
    `${head}\n${settings}\ndeliver:\n  mode: pull-request\n  base: main\n${github}\n${deliver}\n`,
  )
  commit(
    {
      ...Object.fromEntries(loads.map((load) => [pathOf(load), manifestOf(load)])),
      ...files,
    },
    'as it was',
  )
  const see = (now: readonly Load[]): void => writeFileSync(snapshot, snapshotOf(now))
  see(loads)
  const command: PullStory['command'] = () => {
    rmSync(clone, { recursive: true, force: true })
    const shallow = depth === undefined ? [] : [`--depth=${depth}`]
    git(root, 'clone', '--quiet', ...shallow, depth === undefined ? bare : `file://${bare}`, clone)
    return {
      args: ['run', '--repo', clone, '--settings', settingsFile, '--snapshot', snapshot, '--output', 'json'],
      env: { GITHUB_TOKEN: server.token },
    }
  }
  const run: PullStory['run'] = (...more) => {
    const { args, env } = command()
    return tortoise([...args, ...more], { env })
  }
  return {
    bare,
    server,
    run,
    pulls: async () => {
      const { status, stdout, stderr } = await run()
      if (status !== 0) throw new Error(stderr)
      return JSON.parse(stdout).delivery?.pulls ?? []
    },
    see,
    commit: (texts, message) => {
      git(work, 'fetch', '--quiet', bare, 'main')
      git(work, 'reset', '--quiet', '--hard', 'FETCH_HEAD')
      return commit(texts, message)
    },
    git: (...args) => git(bare, ...args).trim(),
    command,
    close: async () => {
      await server.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}
