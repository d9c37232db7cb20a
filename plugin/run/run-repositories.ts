import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RepositoryTarget } from '../../config/repositories.ts'
import { operatorFor } from '../../config/repository-operator.ts'
import type { Settings } from '../../config/schema.ts'
import type { SettingsFile } from '../../config/screen-settings.ts'
import { ExpectedStop, type Problem, stop } from '../model/problem.ts'
import { headOf } from './base-branch.ts'
import type { RunPorts } from './host.ts'
import { refreshMirror } from './mirror.ts'
import { shareObservations } from './observe/observe.ts'
import type { ObserveFlags } from './observe/request.ts'
import { mergedSettings, type SettingsFlags } from './read-settings.ts'
import { type RunReport, run } from './run.ts'
import { fileAtCommit } from './settings-at-commit.ts'

/** Runs on several repositories. */
export interface RepositoriesRequest {
  readonly targets: readonly RepositoryTarget[]
  /** The operator settings that list them. */
  readonly operator: SettingsFile
  readonly flags: SettingsFlags
  readonly usage: ObserveFlags
  /** Directory for bare clones, which later runs only update. */
  readonly directory: string
  /** Whether changes are only reported, whatever the settings say. */
  readonly reportsOnly: boolean
}

/** How the run on one repository and branch ended. */
export type RepositoryRun = { readonly target: RepositoryTarget } & (
  | { readonly report: RunReport }
  | { readonly problems: readonly Problem[] }
)

/**
 * Runs on each repository and branch, one after the other. Each has its own settings, delivery and pull requests; a cluster
 * that several of them name is read once. What fails in one of them stops no other.
 */
export async function runRepositories(
  ports: RunPorts,
  request: RepositoriesRequest,
): Promise<readonly RepositoryRun[]> {
  const ended: RepositoryRun[] = []
  const observeOnce = shareObservations()
  for (const [index, target] of request.targets.entries()) {
    const detail = `${target.url} (${target.branch})`
    ports.progress({ kind: 'stage', stage: 'repository', detail })
    ports.progress({ kind: 'step', stage: 'repository', done: index + 1, total: request.targets.length })
    try {
      ended.push({ target, report: await runOne(ports, { ...request, target, observeOnce }) })
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      ended.push({ target, problems: error.problems })
    }
  }
  return ended
}

interface OneRequest extends RepositoriesRequest {
  readonly target: RepositoryTarget
  readonly observeOnce: ReturnType<typeof shareObservations>
}

async function runOne(
  ports: RunPorts,
  { target, operator: whole, flags, usage, directory, reportsOnly, observeOnce }: OneRequest,
): Promise<RunReport> {
  const root = join(directory, nameOf(target))
  mkdirSync(root, { recursive: true })
  const operator = operatorFor(whole, target)
  const settingsOf = (main: SettingsFile): Settings => {
    const settings = mergedSettings(ports, { main, isReviewed: true }, { root, flags, operator })
    const mode = reportsOnly ? 'report' : settings.deliver.mode
    return { ...settings, deliver: { ...settings.deliver, base: target.branch, mode } }
  }
  const checkout = await refreshMirror(ports, settingsOf({ file: target.settings, text: '' }), root)
  const { gitdir = root } = checkout
  const commit = await headOf(gitdir, target.branch)
  const file = await fileAtCommit({ root, gitdir, commit }, target.settings)
  if (file === undefined) {
    throw stop('settings.missing', `the branch ${target.branch} has no ${target.settings}`, {
      hint: 'Run `tortoise init` in a clone of it, and commit what it writes.',
    })
  }
  const settings = settingsOf(file)
  const narrowed =
    usage.cluster === undefined
      ? settings
      : {
          ...settings,
          sources: settings.sources.filter((one) => (one.cluster ?? usage.cluster) === usage.cluster),
        }
  return run(ports, { checkout, settings: narrowed, usage }, observeOnce)
}

/** The name of the clone of a repository and branch: readable, and no two alike. */
function nameOf({ url, branch }: RepositoryTarget): string {
  const readable = `${url.split('/').at(-1) ?? ''}-${branch}`.replace(/[^\w.-]+/g, '-').slice(0, 60)
  return `${readable}-${createHash('sha256').update(`${url}\0${branch}`).digest('hex').slice(0, 12)}`
}
