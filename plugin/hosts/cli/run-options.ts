import type { Command } from 'commander'
import { Option } from 'commander'
import type { Outcome } from '../../model/plan.ts'
import { jsonReport } from '../../report/json/report.ts'
import { markdownReport } from '../../report/markdown.ts'
import { ansi, plain } from '../../report/paint.ts'
import { terminalReport } from '../../report/terminal.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { readSettings } from '../../run/read-settings.ts'
import type { RunRequest } from '../../run/run.ts'
import { snapshotOption } from './snapshot-option.ts'

/** Flags of `plan` and `run`. */
export interface RunFlags {
  readonly repo?: string
  readonly settings?: string
  readonly snapshot?: readonly string[]
  readonly prometheus?: string
  readonly cluster?: string
  readonly until?: string
  readonly cache?: string
  readonly output: 'table' | 'markdown' | 'json'
}

/** Adds the flags that say what to read. */
export const withReadFlags = (command: Command): Command =>
  command
    .option('--repo <dir>', 'root of the repository (default: the checkout round the present directory)')
    .option('--settings <file>', 'settings file (default: tortoise.yaml at the root)')
    .option('--prometheus <url>', 'base URL of the Prometheus to read (default: from settings)')
    .option('--cluster <name>', 'only this cluster of settings')
    .option('--cache <dir>', 'keep finished days here, so that the next run reads new ones only')
    .option('--until <time>', 'end of the window that is looked at, ISO 8601 (default: now)')

/** Adds the flags of a whole pass. */
export const withRunFlags = (command: Command): Command =>
  withReadFlags(command)
    .addOption(snapshotOption())
    .addOption(
      new Option('-o, --output <format>', 'format of the report')
        .choices(['table', 'markdown', 'json'])
        .default('table'),
    )

/** Reads checkout and settings. With `--cluster`, only the sources of that cluster are planned. */
export function openRun(host: Host, flags: Omit<RunFlags, 'output'>): RunRequest {
  const checkout = findCheckout(host, flags.repo)
  const all = readSettings(host, checkout, flags.settings)
  const { cluster } = flags
  const settings =
    cluster === undefined
      ? all
      : { ...all, sources: all.sources.filter((one) => (one.cluster ?? cluster) === cluster) }
  return { checkout, settings, usage: flags }
}

/** The outcome in the format asked for. */
export function formatOutcome(host: Host, outcome: Outcome, format: RunFlags['output']): string {
  switch (format) {
    case 'table':
      return terminalReport(outcome, host.colour ? ansi : plain)
    case 'markdown':
      return markdownReport(outcome)
    case 'json':
      return `${JSON.stringify(jsonReport(outcome), null, 2)}\n`
    default:
      return format satisfies never
  }
}
