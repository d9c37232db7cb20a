import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Outcome } from '../../model/plan.ts'
import type { PullOutcome } from '../../model/proposal.ts'
import { type Data, json } from '../../model/text/data.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'
import { jsonReport } from '../../report/json/report.ts'
import { rowsOf, totals } from '../../report/rows.ts'
import type { Host } from '../../run/host.ts'
import { runner } from './runner.ts'

/** Writes the report to a file, and sets the outputs of the step. */
export function writeOutputs(outcome: Outcome, { env }: Host): void {
  const { plan, delivery } = outcome
  const directory = mkdtempSync(join(env['RUNNER_TEMP'] ?? tmpdir(), 'tortoise-report-'))
  const report = join(directory, 'report.json')
  writeFileSync(report, json(jsonReport(outcome)).toString())
  const outputs = {
    changed: plan.proposal !== undefined,
    ...counts(outcome),
    commit: delivery?.commit ?? '',
    branch: delivery?.branch ?? '',
    'pull-request-number': delivery?.pullRequest?.number ?? '',
    'pull-request-url': delivery?.pullRequest?.url ?? '',
    ...pullOutputs(delivery?.pulls ?? []),
    report,
  }
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
function pullOutputs(pulls: readonly PullOutcome[]): Readonly<Record<string, Terminal | Data>> {
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
