import { Command, InvalidArgumentError, Option } from 'commander'
import { plural } from '../../model/plural.ts'
import { stop } from '../../model/problem.ts'
import { json } from '../../model/text/data.ts'
import { type Terminal, terminal, terminalLines } from '../../model/text/terminal.ts'
import { unmanagedList } from '../../report/coverage.ts'
import { type Check, type Diagnosis, doctorSchema } from '../../report/json/doctor.ts'
import { type Paint, paintOf } from '../../report/paint.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { clustersToRead } from '../../run/observe/clusters-to-read.ts'
import { operatorPath } from '../../run/operator-file.ts'
import { readSettings, type SettingsFlags } from '../../run/read-settings.ts'
import { examine } from '../doctor/examine.ts'
import { Refused } from './exit-error.ts'
import { withSettingsFlags } from './settings-options.ts'
import { snapshotOption } from './snapshot-option.ts'

interface DoctorFlags extends SettingsFlags {
  readonly repo?: string
  readonly prometheus?: string
  readonly snapshot?: readonly string[]
  readonly cluster?: string
  readonly until?: string
  readonly days: number
  readonly fixHints?: true
  readonly coverage?: true
  readonly output: 'table' | 'json'
}

/** `tortoise doctor`: checks what a run needs and says how to fix what is missing. Exits with 1 when there is an error. */
export function doctorCommand(host: Host): Command {
  return withSettingsFlags(new Command('doctor'))
    .description('check programs, permissions, connections and data, and say how to fix each problem')
    .option('--repo <dir>', 'root of the repository (default: the checkout of the current directory)')
    .option('--prometheus <url>', 'base URL of the Prometheus to check (default: from the settings)')
    .option('--cluster <name>', 'only this cluster of the settings')
    .addOption(snapshotOption())
    .option('--until <time>', 'end of the time whose usage is checked, ISO 8601 (default: now)')
    .option('--days <number>', 'days of usage to check', daysFrom, 1)
    .option('--fix-hints', 'also print the missing access rules, and the query behind each finding')
    .option('--coverage', 'also list the workloads with usage that no source declares, the largest first')
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['table', 'json']).default('table'),
    )
    .action(async (flags: DoctorFlags) => {
      const checkout = findCheckout(host, flags.repo)
      const settings = readSettings(host, checkout, flags)
      const clusters = clustersToRead(settings, flags)
      const to = flags.until === undefined ? host.now() : new Date(flags.until)
      if (Number.isNaN(to.getTime()))
        throw stop('usage', `--until ${flags.until} is not a time`, {
          hint: 'Write it as 2026-09-14T00:00:00Z.',
        })
      const diagnosis = await examine(host, {
        checkout,
        settings,
        operatorFile: operatorPath(host, flags.operatorSettings),
        snapshot: flags.snapshot ?? [],
        clusters,
        to,
        days: flags.days,
      })
      host.stdout(
        flags.output === 'json'
          ? json(doctorSchema.parse(diagnosis))
          : printed(diagnosis, {
              hints: flags.fixHints === true,
              lists: flags.coverage === true,
              paint: paintOf(host),
            }),
      )
      const errors = diagnosis.checks.filter(({ level }) => level === 'error').length
      if (errors > 0) throw new Refused(terminal`Fix ${plural(errors, 'error')} before the first run.`)
    })
}

function daysFrom(text: string): number {
  const days = Number(text)
  if (Number.isInteger(days) && days >= 1 && days <= 28) return days
  throw new InvalidArgumentError('Pass a whole number from 1 to 28.')
}

interface Style {
  readonly hints: boolean
  /** Whether the workloads that no source declares are listed. */
  readonly lists: boolean
  readonly paint: Paint
}

const marks = { ok: '✓', note: '·', warning: '!', error: '✗' } as const

function printed({ checks, rbac, coverage = [] }: Diagnosis, style: Style): Terminal {
  const { hints, paint } = style
  const groups = [...new Set(checks.map(titleOf))]
  const text = groups.map((title) => {
    const lines = checks.filter((check) => titleOf(check) === title).map((check) => line(check, style))
    return terminal`${paint.bold(title)}\n${terminal.join(lines, '')}`
  })
  const rules =
    hints && rbac !== undefined
      ? terminal`\n${paint.bold('Add these rules to the ClusterRole')}\n${terminalLines(rbac)}\n`
      : ''
  const count = (level: Check['level']): number => checks.filter((one) => one.level === level).length
  const [errors, warnings] = [count('error'), count('warning')]
  const sum =
    errors + warnings === 0
      ? 'No problem found.'
      : `${plural(errors, 'error')}, ${plural(warnings, 'warning')}.${hints ? '' : ' Run with --fix-hints for rules and queries.'}`
  const rest = style.lists
    ? terminal.join(
        coverage.map((one) => unmanagedList(one, paint)),
        '',
      )
    : ''
  return terminal`${terminal.join(text, '\n')}${rest}${rules}\n${sum}\n`
}

const titleOf = ({ cluster, area }: Check): string =>
  cluster === undefined ? (titles[area] ?? 'Settings') : `Cluster ${cluster}`

/** Titles of what is about no cluster. */
const titles: Partial<Readonly<Record<Check['area'], string>>> = {
  programs: 'Programs',
  data: 'Recorded usage',
}

function line({ level, message, hint, query }: Check, { hints, paint }: Style): Terminal {
  const mark =
    level === 'ok' ? paint.green(marks.ok) : level === 'note' ? marks.note : paint.yellow(marks[level])
  const rest = [
    ...(hint === undefined || level === 'ok' ? [] : [terminal`    → ${hint}\n`]),
    ...(hints && query !== undefined ? [terminal`${paint.dim(`    ${query}`)}\n`] : []),
  ]
  return terminal`  ${mark} ${message}\n${terminal.join(rest, '')}`
}
