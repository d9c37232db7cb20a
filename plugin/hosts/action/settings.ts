import { resolve } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { leadsInto } from '../../io/reviewed-path.ts'
import { stop } from '../../model/problem.ts'
import { headOfClone } from '../../run/base-branch.ts'
import type { Checkout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { namedOperatorFile, readOperatorFile } from '../../run/operator-file.ts'
import { mergedSettings, readSettings, type SettingsFlags, settingsName } from '../../run/read-settings.ts'
import { requireRepositories } from '../../run/repositories/require-repositories.ts'
import { type CommitFiles, fileAtCommit } from '../../run/settings-at-commit.ts'
import { baseOfJob, isPullRequestJob } from './base-of-job.ts'
import { type ActionMode, settingsInputs } from './inputs.ts'

/** The file of operator settings on the default branch. Its directory also holds the workflows. */
const operatorName = '.github/tortoise-operator.yaml'

/**
 * Reads the settings of a step. In mode review and in every job about a pull request, both kinds come from the commit of
 * the default branch, so that a pull request cannot change what happens to it. In other jobs, the settings of the
 * repository come from the work tree and the operator settings from the commit that is checked out.
 */
export async function readActionSettings(
  host: Host,
  checkout: Checkout,
  mode: ActionMode | undefined,
): Promise<Settings> {
  const flags = settingsInputs()
  const isPull = mode === 'review' || isPullRequestJob(host)
  const files = await filesOf(host, checkout, isPull)
  const operator = files && (await operatorFile(host, files, flags))
  const given = {
    advice: {
      file: flags.operatorSettings ?? `${operatorName} on the default branch`,
      allow: (name: string) => `with: { allow-from-repository: ${name} }`,
    },
    ...(operator === undefined ? {} : { operator }),
  }
  const main = isPull && files ? await mainFile(host, files, flags) : undefined
  return main === undefined
    ? readSettings(host, checkout, { ...flags, ...given })
    : mergedSettings(host, { main, isReviewed: true }, { root: checkout.root, flags, ...given })
}

/**
 * Reads the operator settings of a step that works on several repositories: from the commit that is checked out, or from a
 * file of the runner. Throws `settings.missing` when they name no repositories.
 */
export async function readRepositoriesOperator(host: Host, checkout: Checkout): Promise<SettingsFile> {
  const flags = settingsInputs()
  const files = checkout.gitdir === undefined ? undefined : await filesOf(host, checkout, false)
  const committed = files && (await operatorFile(host, files, flags))
  const operator = committed ?? readOperatorFile(host, checkout.root, flags.operatorSettings)
  return requireRepositories(operator, flags.operatorSettings ?? `${operatorName} on the default branch`)
}

async function filesOf(host: Host, checkout: Checkout, isPull: boolean): Promise<CommitFiles | undefined> {
  const { root, gitdir } = checkout
  if (gitdir === undefined) {
    if (!isPull) return undefined
    throw stop(
      'git.missing',
      `${root} is not a Git checkout, so there are no settings of the default branch`,
      {
        hint: 'Check out the repository with actions/checkout, and set `path` to its root.',
      },
    )
  }
  return { root, gitdir, commit: isPull ? await baseOfJob(host, gitdir) : await headOfClone(gitdir) }
}

/** The settings file in a commit; `undefined` when a file of the runner is named, outside the repository. */
async function mainFile(
  host: Host,
  files: CommitFiles,
  { settings: named }: SettingsFlags,
): Promise<SettingsFile | undefined> {
  const path = resolve(host.cwd, named ?? settingsName)
  if (!leadsInto(files.root, path)) return undefined
  const found = await fileAtCommit(files, path)
  if (found === undefined && named !== undefined) throw missingAt(files, named)
  return found ?? { file: settingsName, text: '' }
}

const missingAt = ({ commit }: CommitFiles, file: string) =>
  stop('settings.missing', `the commit ${commit.slice(0, 10)} of the default branch has no file ${file}`, {
    hint: 'Commit it to the default branch, or correct the input that names it.',
  })

/** The operator settings of the commit; `undefined` when they are on the runner, or nowhere. */
async function operatorFile(
  host: Host,
  files: CommitFiles,
  flags: SettingsFlags,
): Promise<SettingsFile | undefined> {
  const named = namedOperatorFile(host, flags.operatorSettings)
  const path = resolve(files.root, named ?? operatorName)
  if (!leadsInto(files.root, path)) return undefined
  const found = await fileAtCommit(files, path)
  if (found !== undefined || named === undefined) return found
  throw missingAt(files, named)
}
