import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import { type GitHubServer, startGitHubServer } from '../lab/github-server.ts'
import type { GitHubLab } from '../lab/github-state.ts'
import { demoCheckout, git, writeFiles } from './program.ts'
import { runStep, type Step } from './runner.ts'

const repository = 'shop/gitops'

/** The demo's repository on a Git server and a GitHub over loopback, and workflows that run the Action in it. */
export interface Shop {
  readonly root: string
  readonly bare: string
  readonly token: string
  readonly gitServer: GitServer
  readonly github: GitHubServer
  /** Runs the built Action in a fresh shallow checkout. */
  readonly step: (inputs: Readonly<Record<string, string>>, run?: ShopRun) => Promise<Step>
  readonly close: () => Promise<void>
}

/** What a run of a workflow may have of its own. */
export interface ShopRun {
  /** The event as GitHub describes it, and its name. */
  readonly event?: object
  readonly env?: Readonly<Record<string, string>>
  /** Arguments of `git clone`. */
  readonly clone?: readonly string[]
  /** The directory of the Action. Default: this checkout. */
  readonly action?: string
}

interface ShopOptions extends Pick<GitHubLab, 'writers' | 'permissions'> {
  readonly token: string
  /** Files that replace or add to those of the demo. */
  readonly files?: Readonly<Record<string, string>>
}

/** Starts the servers; `main` holds the demo's files. */
export async function openShop({ token, files = {}, ...lab }: ShopOptions): Promise<Shop> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-shop-'))
  const bare = join(root, `${repository}.git`)
  mkdirSync(bare, { recursive: true })
  git(bare, 'init', '--quiet', '--bare', '--initial-branch=main')
  const { directory, remove } = demoCheckout()
  writeFiles(directory, files)
  git(directory, 'add', '--all')
  if (Object.keys(files).length > 0) git(directory, 'commit', '--quiet', '--message=settings')
  git(directory, 'push', '--quiet', bare, 'main')
  remove()
  const gitServer = await startGitServer(root, token)
  const github = await startGitHubServer({ gitdir: bare, repository, token, ...lab })
  const step: Shop['step'] = (inputs, { event, env = {}, clone = ['--depth=1'], ...run } = {}) => {
    const runner = mkdtempSync(join(root, 'runner-'))
    const file = join(runner, 'event.json')
    if (event !== undefined) writeFileSync(file, JSON.stringify(event))
    const context = {
      GITHUB_REPOSITORY: repository,
      GITHUB_SERVER_URL: gitServer.url,
      GITHUB_API_URL: github.url,
      ...(event && { GITHUB_EVENT_PATH: file }),
    }
    return runStep(inputs, {
      directory: runner,
      clone: [...clone, `file://${bare}`],
      env: { ...context, ...env },
      ...run,
    })
  }
  const close = async (): Promise<void> => {
    await Promise.all([gitServer.close(), github.close()])
    rmSync(root, { recursive: true, force: true })
  }
  return { root, bare, token, gitServer, github, step, close }
}

/** A comment of a person below a pull request, as the event of it says. */
export const commentEvent = (pull: number, login: string, { id, body }: { id: number; body: string }) => ({
  action: 'created',
  sender: { type: 'User' },
  issue: { number: pull, pull_request: {} },
  comment: { id, body, created_at: new Date().toISOString(), user: { login } },
})
