import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from '../../model/plan.ts'
import type { PullOutcome } from '../../model/proposal.ts'
import { type Data, json } from '../../model/text/data.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'
import { jsonReport } from '../../report/json/report.ts'
import {
  type RepositoriesOutcome,
  type RepositoryOutcome,
  repositoriesJson,
} from '../../report/repositories.ts'
import { rowsOf, totals } from '../../report/rows.ts'
import type { Host } from '../../run/host.ts'
import { runner } from './runner.ts'

/** Writes the report to a file, and sets the outputs of the step. */
export function writeOutputs(outcome: Outcome, host: Host): void {
  const { plan, delivery } = outcome
  const report = writeReport(host, jsonReport(outcome))
  writeAll({
    changed: plan.proposal !== undefined,
    ...counts(outcome),
    commit: delivery?.commit ?? '',
    branch: delivery?.branch ?? '',
    'pull-request-number': delivery?.pullRequest?.number ?? '',
    'pull-request-url': delivery?.pullRequest?.url ?? '',
    ...pullOutputs(delivery?.pulls ?? []),
    report,
  })
}

/** The same for several repositories: counts of all of them, and their pull requests, onboarding included. */
export function writeRepositoriesOutputs(all: RepositoriesOutcome, host: Host): void {
  const reports = all.repositories.flatMap((one) => ('report' in one ? [one.report] : []))
  const pulls = all.repositories.flatMap(pullsOf)
  const sums = reports.map(counts).reduce(added, noCounts)
  writeAll({
    changed: reports.some(({ plan }) => plan.proposal !== undefined),
    ...sums,
    commit: '',
    branch: '',
    'pull-request-number': '',
    'pull-request-url': pulls[0]?.url ?? '',
    ...pullOutputs(pulls),
    report: writeReport(host, repositoriesJson(all)),
  })
}

type Counts = ReturnType<typeof counts>
const noCounts: Counts = { changes: 0, workloads: 0, raised: 0, kept: 0, unsure: 0, skipped: 0 }

const added = (one: Counts, other: Counts): Counts => ({
  changes: one.changes + other.changes,
  workloads: one.workloads + other.workloads,
  raised: one.raised + other.raised,
  kept: one.kept + other.kept,
  unsure: one.unsure + other.unsure,
  skipped: one.skipped + other.skipped,
})

type NamedPull = Partial<PullOutcome> & { readonly repository: string; readonly base: string }

/** The pull requests of a repository with its URL and base branch. */
function pullsOf(one: RepositoryOutcome): readonly NamedPull[] {
  const { url: repository, branch: base } = one.target
  const named = { repository, base }
  if ('report' in one) return (one.report.delivery?.pulls ?? []).map((pull) => ({ ...named, ...pull }))
  if (!('onboarding' in one)) return []
  const { action, branch, number, url } = one.onboarding
  if (branch === undefined || action === 'planned' || action === 'declined' || action === 'merged') return []
  return [{ ...named, action, branch, ...(number && { number }), ...(url && { url }) }]
}

function writeReport({ env }: Host, report: object): string {
  const directory = mkdtempSync(join(env['RUNNER_TEMP'] ?? tmpdir(), 'tortoise-report-'))
  const file = join(directory, 'report.json')
  writeFileSync(file, json(report).toString())
  return file
}

function writeAll(outputs: Readonly<Record<string, string | number | boolean | Terminal | Data>>): void {
  for (const [name, value] of Object.entries(outputs))
    runner.output(name, typeof value === 'string' ? terminal`${value}` : value)
}

/** Sets the outputs of a skipped run. */
export function writeNoOutputs(): void {
  runner.output('changed', false)
  runner.output('changes', 0)
}

function counts({ plan }: Outcome) {
  const { changes, workloads, kept, unsure } = totals(plan)
  const raised = rowsOf(plan).filter(({ rises }) => rises).length
  return { changes, workloads, raised, kept, unsure, skipped: plan.skipped.length }
}

/** The pull requests that are open after the run, one on each line; as JSON also those that are closed or queued. */
function pullOutputs(pulls: readonly Partial<PullOutcome>[]): Readonly<Record<string, Terminal | Data>> {
  const open = pulls.filter(({ number, action }) => number !== undefined && action !== 'closed')
  return {
    'pull-request-numbers': terminal.join(
      open.map(({ number = '' }) => number),
      '\n',
    ),
    'pull-request-urls': terminal.join(
      open.map(({ url = '' }) => url),
      '\n',
    ),
    'pull-requests': json(pulls, 0),
  }
}
