import type { Settings } from '../../../config/schema.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { openTree } from '../../io/commit-tree.ts'
import type { Plan } from '../../model/plan.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { BaseCommit } from '../base-commit.ts'
import type { Checkout } from '../checkout.ts'
import type { RunPorts } from '../host.ts'
import type { ObserveUsage } from '../observe/observe.ts'
import type { ObservedUsage, ObserveFlags } from '../observe/request.ts'
import { planRepository } from '../plan-repository.ts'
import type { SettingsSource } from '../survey/settings-text.ts'
import { settingsText } from '../survey/settings-text.ts'
import type { SkippedSource } from '../survey/survey.ts'
import { surveyWithCharts } from '../survey/survey-with-charts.ts'
import { placeSources } from './place-sources.ts'

/** The branch to draft settings for, and how they are merged with those of the operator. */
export interface DraftRequest {
  readonly checkout: Checkout
  readonly branch: string
  readonly commit: BaseCommit
  /** The name of the settings file. */
  readonly file: string
  readonly usage: ObserveFlags
  readonly settingsOf: (main: SettingsFile) => Settings
  readonly observe: ObserveUsage
}

/** First settings of a branch, as `tortoise init` writes them, and the first plan with them. */
export interface SettingsDraft {
  readonly text: string
  readonly settings: Settings
  readonly sources: readonly SettingsSource[]
  readonly skipped: readonly SkippedSource[]
  readonly observed: ObservedUsage
  /** The first plan, or why there is none, as a clause. */
  readonly first: Plan | string
}

const nothing: ObservedUsage = { observations: [], readings: [] }

/** Drafts settings that open pull requests. Returns `undefined` where the branch has no source with a workload. */
export async function draftSettings(
  ports: RunPorts,
  request: DraftRequest,
): Promise<SettingsDraft | undefined> {
  const { checkout, branch, commit, file, usage, settingsOf, observe } = request
  const { gitdir } = checkout
  if (gitdir === undefined) throw new Error('a clone has a Git directory')
  const bare = settingsOf({ file, text: '' })
  const view = openTree(gitdir, commit.tree)
  ports.progress({ kind: 'stage', stage: 'discover', detail: branch })
  const survey = await surveyWithCharts(ports, { checkout, settings: bare, files: view, fetches: false })
  const read = await orReason(observe(ports, bare, usage))
  const observed = typeof read === 'string' ? nothing : read
  const { observations } = observed
  const used = new Set(observations.map(({ cluster }) => cluster))
  const names = bare.clusters.length > 0 ? bare.clusters.map(({ name }) => name) : [...used]
  const placed = placeSources(survey.found, { names, observations })
  if (placed.sources.length === 0) return undefined
  const text = settingsText({ ...placed, mode: 'pull-request' })
  const settings = settingsOf({ file, text })
  const base = { view, ref: branch }
  const first =
    typeof read === 'string'
      ? read
      : await orReason(planRepository(ports, { checkout, settings, ...observed }, base))
  return {
    text,
    settings,
    sources: placed.sources,
    skipped: [...survey.skipped, ...placed.skipped],
    observed,
    first,
  }
}

/** What was promised, or the message of the stop that took its place. */
const orReason = <T>(promised: Promise<T>): Promise<T | string> =>
  promised.catch((error: unknown) => {
    if (error instanceof ExpectedStop) return error.problems.map(({ message }) => message).join('; ')
    throw error
  })
