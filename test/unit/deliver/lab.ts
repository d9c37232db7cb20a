import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeliverOptions } from '../../../plugin/deliver/commit.ts'
import type { Repository } from '../../../plugin/deliver/git/tree.ts'
import type { Proposal, ProposedChange } from '../../../plugin/model/proposal.ts'

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
}

/** Runs the real git in a directory. Returns its output without the trailing line breaks. */
export const git = (
  cwd: string,
  args: readonly string[],
  input?: string | Buffer,
  env: Readonly<Record<string, string>> = {},
): string =>
  execFileSync('git', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...identity, ...env },
    ...(input === undefined ? {} : { input }),
  }).trimEnd()

export const author = { name: 'GitOps Tortoise', email: 'tortoise@example.com' }
export const now = new Date('2026-03-01T04:00:00Z')
export const before = '# api\nresources:\n  requests:\n    cpu: 500m # tuned by hand\n'
export const after = before.replace('500m', '260m')
export const deployment = 'apps/api/deployment.yaml'

/** A work tree with its bare origin, in a temporary directory. */
export interface Checkout {
  readonly root: string
  readonly dir: string
  readonly bare: string
  readonly repository: Repository
  readonly close: () => void
}

const openRepository = (dir: string): Repository => ({ fs, gitdir: join(dir, '.git'), cache: {} })

/** Makes a repository with plain files, an executable, a link, a non-ASCII name and a submodule, and its bare origin. */
export function makeCheckout(): Checkout {
  const root = fs.mkdtempSync(join(tmpdir(), 'deliver-'))
  const [dir, bare] = [join(root, 'work'), join(root, 'gitops.git')]
  const write = (path: string, text: string) => {
    fs.mkdirSync(join(dir, path, '..'), { recursive: true })
    fs.writeFileSync(join(dir, path), text)
  }
  git(root, ['init', '--quiet', '--bare', '--initial-branch=main', bare])
  git(root, ['init', '--quiet', '--initial-branch=main', dir])
  write(deployment, before)
  write('apps/api.yaml', 'sorts: before the directory\n')
  write('apps/api/crlf.yaml', 'a: 1\r\n')
  write('apps/web/hütte.yaml', 'b: 2\n')
  write('scripts/deploy.sh', '#!/bin/sh\n')
  fs.chmodSync(join(dir, 'scripts/deploy.sh'), 0o755)
  fs.symlinkSync('api', join(dir, 'apps/current'))
  git(dir, ['add', '--all'])
  git(dir, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor/chart`])
  git(dir, ['commit', '--quiet', '--message', 'start'])
  git(dir, ['remote', 'add', 'origin', bare])
  git(dir, ['push', '--quiet', '--set-upstream', 'origin', 'main'])
  const close = () => fs.rmSync(root, { recursive: true, force: true })
  return { root, dir, bare, repository: openRepository(dir), close }
}

/** Commits a file on the branch that is checked out, as a user and not as Tortoise. */
export function commitAs(dir: string, path: string, text: string): string {
  fs.mkdirSync(join(dir, path, '..'), { recursive: true })
  fs.writeFileSync(join(dir, path), text)
  git(dir, ['add', '--', path])
  git(dir, ['commit', '--quiet', '--message', `change ${path}`])
  return git(dir, ['rev-parse', 'HEAD'])
}

/** Makes a change of one value; `parts` replace its defaults. */
export const changeOf = (parts: Partial<ProposedChange> = {}): ProposedChange => ({
  workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' },
  container: 'app',
  field: 'requests.cpu',
  source: 'apps/api',
  from: '500m',
  to: '260m',
  because: [{ rule: 'cpu.p95', text: 'p95 of 14 days is 212m' }],
  site: {
    kind: 'scalar',
    file: deployment,
    line: 4,
    column: 10,
    document: 0,
    path: ['resources', 'requests', 'cpu'],
    range: [40, 44],
    text: '500m',
  },
  ...parts,
})

/** Makes a proved proposal that writes one file; `parts` replace its defaults. */
export const proposalOf = (parts: Partial<Proposal> = {}): Proposal => ({
  changes: [changeOf()],
  edits: [{ file: deployment, before, after }],
  proof: {
    verdict: 'proved',
    sources: ['apps/api', 'apps/web'],
    moved: [],
    missing: [],
    unexpected: [],
    failed: [],
  },
  ...parts,
})

/** Makes the options of a local commit on `tortoise/main`; `parts` replace the defaults. */
export const optionsOf = (parts: Partial<DeliverOptions> = {}): DeliverOptions => ({
  mode: 'commit',
  base: 'main',
  branch: 'tortoise/main',
  author,
  ...parts,
})
