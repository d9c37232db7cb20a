import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadSettings } from '../../../config/load.ts'
import { runProgram } from '../../io/process.ts'
import { makeTemporaryDirectory } from '../../io/workspace.ts'
import type { Outcome } from '../../model/plan.ts'
import { stop } from '../../model/problem.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { openPrograms } from '../../run/open-programs.ts'
import { run } from '../../run/run.ts'

/** The result of the demo. */
export interface Demo {
  readonly directory: string
  readonly outcome: Outcome
  /** `git show --stat` of the commit; absent when there is none. */
  readonly shown?: string
}

// Beside the bundle; see the build's configuration.
const files = new URL('./demo/', import.meta.url).pathname

/**
 * Runs the whole path offline on a bundled GitOps repository with recorded usage. It ends with a real commit on a branch.
 * Throws `usage` when `keep` is not an empty directory.
 */
export async function runDemo(host: Host, keep?: string): Promise<Demo> {
  await requirePrograms(host)
  const directory = await emptyDirectory(host, keep)
  cpSync(join(files, 'repository'), directory, { recursive: true })
  const git = gitIn(host, directory)
  await git('init', '--quiet', '--initial-branch=main')
  await git('add', '--all')
  await git('commit', '--quiet', '--message=The shop, sized by hand')
  const checkout = findCheckout(host, directory)
  // The settings of the user are about clusters that the demo does not have.
  const settings = loadSettings('tortoise.yaml', readFileSync(join(directory, 'tortoise.yaml'), 'utf8'))
  const snapshot = join(files, 'snapshot.json')
  if (keep !== undefined) leaveSnapshot(directory, snapshot)
  const report = await run(host, { checkout, settings, usage: { snapshot: [snapshot] } })
  // The same on every machine.
  const { sandbox: _, ...plan } = report.plan
  const outcome = { ...report, plan }
  const commit = outcome.delivery?.commit
  if (commit === undefined) return { directory, outcome }
  return {
    directory,
    outcome,
    shown: await git('show', '--stat', '--format=commit %H%nAuthor: %an <%ae>%n%n    %s', commit),
  }
}

/** Copies the recorded usage into the kept repository, outside any commit. */
function leaveSnapshot(directory: string, snapshot: string): void {
  cpSync(snapshot, join(directory, 'usage.json'))
  mkdirSync(join(directory, '.git/info'), { recursive: true })
  appendFileSync(join(directory, '.git/info/exclude'), '/usage.json\n')
}

/** Rejects with `program.missing` before anything is written. */
async function requirePrograms(host: Host): Promise<void> {
  const programs = openPrograms(host, { programs: {} }, files)
  await programs.find('kustomize', 'kubectl')
  await programs.find('helm')
}

async function emptyDirectory(host: Host, keep: string | undefined): Promise<string> {
  if (keep === undefined) return makeTemporaryDirectory('tortoise-demo-')
  const directory = resolve(host.cwd, keep)
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw stop('usage', `${keep} is not empty`, {
      hint: 'Pass an empty directory, or one that does not exist.',
    })
  }
  mkdirSync(directory, { recursive: true })
  return directory
}

/** Runs git with a fixed identity and without the user's configuration. */
function gitIn(host: Host, directory: string) {
  const env = {
    PATH: host.env['PATH'] ?? '',
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Shop Platform',
    GIT_AUTHOR_EMAIL: 'platform@shop.example',
    GIT_COMMITTER_NAME: 'Shop Platform',
    GIT_COMMITTER_EMAIL: 'platform@shop.example',
  }
  return async (...args: readonly string[]): Promise<string> => {
    const outcome = await runProgram({ file: 'git', args, cwd: directory, env })
    if (outcome.exitCode === 0) return outcome.stdout
    throw stop('program.failed', `git ${args[0]} ended with exit code ${outcome.exitCode ?? 'none'}`, {
      hint: 'The demo needs git 2.28 or newer on PATH. --debug prints what git says.',
    })
  }
}
