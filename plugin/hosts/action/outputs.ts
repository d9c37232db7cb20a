import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as core from '@actions/core'
import type { Outcome } from '../../model/plan.ts'
import type { PullOutcome } from '../../model/proposal.ts'
import { jsonReport } from '../../report/json/report.ts'
import { rowsOf, totals } from '../../report/rows.ts'
import type { Host } from '../../run/host.ts'

/** Writes the report to a file, and sets the outputs of the step. */
export function writeOutputs(outcome: Outcome, { env }: Host): void {
  const { plan, delivery } = outcome
  const directory = mkdtempSync(join(env['RUNNER_TEMP'] ?? tmpdir(), 'tortoise-report-'))
  const report = join(directory, 'report.json')
  writeFileSync(report, `${JSON.stringify(jsonReport(outcome), null, 2)}\n`)
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
  for (const [name, value] of Object.entries(outputs)) core.setOutput(name, value)
}

/** Sets the outputs of a skipped run. */
export function writeNoOutputs(): void {
  core.setOutput('changed', false)
  core.setOutput('changes', 0)
}

function counts({ plan }: Outcome) {
  const { changes, workloads, kept, unsure } = totals(plan)
  const raised = rowsOf(plan).filter(({ rises }) => rises).length
  return { changes, workloads, raised, kept, unsure, skipped: plan.skipped.length }
}

/** The pull requests that are open after the run, one on each line; as JSON also those that are closed or queued. */
function pullOutputs(pulls: readonly PullOutcome[]) {
  const open = pulls.filter(({ number, action }) => number !== undefined && action !== 'closed')
  return {
    'pull-request-numbers': open.map(({ number }) => number).join('\n'),
    'pull-request-urls': open.map(({ url }) => url).join('\n'),
    'pull-requests': JSON.stringify(pulls),
  }
}
