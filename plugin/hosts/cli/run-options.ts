import type { Command } from 'commander'
import { Option } from 'commander'
import type { Outcome } from '../../model/plan.ts'
import { json } from '../../model/text/data.ts'
import type { Text } from '../../model/text/text.ts'
import { jsonReport } from '../../report/json/report.ts'
import { markdownReport } from '../../report/markdown.ts'
import { paintOf } from '../../report/paint.ts'
import { terminalReport } from '../../report/terminal.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { readSettings, type SettingsFlags } from '../../run/read-settings.ts'
import type { RunRequest } from '../../run/run.ts'
import { withSettingsFlags } from './settings-options.ts'
import { snapshotOption } from './snapshot-option.ts'

/** Flags of `plan` and `run`. */
export interface RunFlags extends SettingsFlags {
  readonly repo?: string
  readonly snapshot?: readonly string[]
  readonly prometheus?: string
  readonly cluster?: string
  readonly until?: string
  readonly cache?: string
  readonly repositories?: true
  readonly output: 'table' | 'markdown' | 'json'
}

/** Flags of a command that can also write the HTML report. */
export type HtmlFlags = Omit<RunFlags, 'output'> & { readonly output: RunFlags['output'] | 'html' }

/** The flag of `run` that limits it to what waits for nothing. */
export interface UrgentFlag {
  readonly urgent?: true
}

/** Adds the flags about what to read. */
export const withReadFlags = (command: Command): Command =>
  withSettingsFlags(
    command.option('--repo <dir>', 'root of the repository (default: the checkout of the current directory)'),
  )
    .option('--prometheus <url>', 'base URL of the Prometheus to read (default: from the settings)')
    .option('--cluster <name>', 'only this cluster of the settings')
    .option('--cache <dir>', 'keep finished days here; the next run then reads only new days')
    .option('--until <time>', 'end of the time whose usage is read, ISO 8601 (default: now)')

/** Adds the flags that say what a plan is made of. */
export const withRunSources = (command: Command): Command =>
  withReadFlags(command)
    .addOption(snapshotOption())
    .option(
      '--repositories',
      'work on every repository that the operator settings list or discover, without a checkout',
    )

/** Adds the flags of `plan` and `run`. */
export const withRunFlags = (
  command: Command,
  formats: readonly HtmlFlags['output'][] = ['table', 'markdown', 'json'],
): Command =>
  withRunSources(command).addOption(
    new Option('-o, --output <format>', 'format of the report').choices(formats).default('table'),
  )

/** Reads checkout and settings. With `--cluster`, only the sources of that cluster are planned. */
export function openRun(host: Host, flags: Omit<RunFlags, 'output'>): RunRequest {
  const checkout = findCheckout(host, flags.repo)
  const all = readSettings(host, checkout, flags)
  const { cluster } = flags
  const settings =
    cluster === undefined
      ? all
      : { ...all, sources: all.sources.filter((one) => (one.cluster ?? cluster) === cluster) }
  return { checkout, settings, usage: flags }
}

/** A result in one of the formats of `--output`. */
export type Printed = Text<'terminal' | 'markdown' | 'data'>

/** The outcome as text in a format. */
export function formatOutcome(host: Host, outcome: Outcome, format: RunFlags['output']): Printed {
  switch (format) {
    case 'table':
      return terminalReport(outcome, paintOf(host))
    case 'markdown':
      return markdownReport(outcome)
    case 'json':
      return json(jsonReport(outcome))
    default:
      return format satisfies never
  }
}
