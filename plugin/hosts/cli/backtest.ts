import { Command, InvalidArgumentError, Option } from 'commander'
import type { BacktestReport } from '../../model/backtest.ts'
import { json } from '../../model/text/data.ts'
import { type ProfileName, profiles } from '../../recommend/profiles/profiles.ts'
import { jsonBacktest, markdownBacktest, terminalBacktest } from '../../report/backtest.ts'
import { paintOf } from '../../report/paint.ts'
import { backtestWorkTree } from '../../run/backtest.ts'
import type { Host } from '../../run/host.ts'
import type { Printed, RunFlags } from './run-options.ts'
import { openRun, withRunFlags } from './run-options.ts'

interface BacktestFlags extends RunFlags {
  readonly profile?: readonly ProfileName[]
  readonly every: number
  readonly train?: number
}

/** `tortoise backtest`: replays recorded usage under profiles. */
export function backtestCommand(host: Host): Command {
  return withRunFlags(new Command('backtest'))
    .description('replay recorded usage day by day under profiles, compared with the current values')
    .addOption(
      new Option('--profile <name...>', 'profiles to replay (default: the profile in the settings)').choices(
        Object.keys(profiles),
      ),
    )
    .option('--every <days>', 'days between two decisions', days, 1)
    .option(
      '--train <days>',
      'days of warm-up before the first decision (default: half of history.days)',
      days,
    )
    .action(async (flags: BacktestFlags) => {
      const request = openRun(host, flags)
      const { recommend, history } = request.settings
      const walk = {
        historyDays: history.days,
        trainDays: flags.train ?? Math.ceil(history.days / 2),
        everyDays: flags.every,
      }
      const report = await backtestWorkTree(host, {
        ...request,
        walk,
        profiles: flags.profile ?? [recommend.profile],
      })
      host.stdout(formatBacktest(host, report, flags.output))
    })
}

function days(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Pass a whole number of days, 1 or more.')
}

function formatBacktest(host: Host, report: BacktestReport, format: RunFlags['output']): Printed {
  switch (format) {
    case 'table':
      return terminalBacktest(report, paintOf(host))
    case 'markdown':
      return markdownBacktest(report)
    case 'json':
      return json(jsonBacktest(report))
    default:
      return format satisfies never
  }
}
