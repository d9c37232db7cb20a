import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import { type Ended, git, program, read, writeFiles } from './program.ts'
import { type Load, manifestOf, snapshotOf } from './pull-story.ts'

/** A small repository on a forge, with the objects of another program, and a shell in a checkout of it. */
export interface MigrationGround {
  readonly checkout: string
  readonly server: GitHubServer
  /** Runs one command as somebody who follows a page types it. */
  readonly type: (command: string) => Promise<Ended>
  /** A file of the checkout. */
  readonly file: (path: string) => string
  readonly close: () => Promise<void>
}

const loads: readonly Load[] = [
  { name: 'web', asks: 1000, uses: 225, memory: 1024, usesMemory: 300 },
  { name: 'api', asks: 800, uses: 225, memory: 1024, usesMemory: 300 },
]

/** Makes the repository: two Deployments of one kustomization, and the objects of a page by path. */
export async function openMigration(objects: Readonly<Record<string, string>>): Promise<MigrationGround> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-migration-'))
  const [bare, checkout] = [join(root, 'gitops.git'), join(root, 'gitops')]
  git(root, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
  git(root, 'init', '--quiet', '--initial-branch=main', checkout)
  git(checkout, 'remote', 'add', 'origin', bare)
  const workloads = loads.map((load) => [`prod/${load.name}.yaml`, manifestOf(load)] as const)
  const files = { ...Object.fromEntries(workloads), ...objects }
  const names = Object.keys(files).map((path) => path.replace(/^prod\//, ''))
  const kustomization = `namespace: shop\nresources:\n${names.map((name) => `  - ${name}\n`).join('')}`
  writeFiles(checkout, { ...files, 'prod/kustomization.yaml': kustomization })
  git(checkout, 'add', '--all')
  git(checkout, 'commit', '--quiet', '--message=as it was')
  git(checkout, 'push', '--quiet', '--set-upstream', 'origin', 'main')
  const server = await startGitHubServer({ gitdir: bare })
  const { repository, url: apiUrl } = server
  const operator = {
    clusters: [{ name: 'prod', prometheus: { url: 'http://localhost:9090' } }],
    deliver: { github: { repository, apiUrl, paced: false } },
  }
  writeFiles(root, {
    'usage.json': snapshotOf(loads),
    // JSON is YAML.
    '.config/gitops-tortoise/operator.yaml': JSON.stringify(operator),
  })
  mkdirSync(join(root, 'bin'))
  symlinkSync(program, join(root, 'bin/tortoise'))
  return {
    checkout,
    server,
    type: (command) => typed(command, { root, checkout, token: server.token }),
    file: (path) => read(checkout, path),
    close: async () => {
      await server.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

interface Shell {
  readonly root: string
  readonly checkout: string
  readonly token: string
}

function typed(command: string, { root, checkout, token }: Shell): Promise<Ended> {
  const path = [join(root, 'bin'), dirname(process.execPath), process.env['PATH']]
  const env = {
    PATH: path.join(delimiter),
    HOME: root,
    GITHUB_TOKEN: token,
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@shop.example',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@shop.example',
  }
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: checkout,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = { stdout: '', stderr: '' }
    child.stdout.on('data', (text) => (output.stdout += text))
    child.stderr.on('data', (text) => (output.stderr += text))
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, ...output }))
  })
}
