import { Command, Option } from 'commander'
import { sourceFieldKey } from '../../model/field.ts'
import type { Plan, SourceRecommendation } from '../../model/plan.ts'
import { stop } from '../../model/problem.ts'
import { json } from '../../model/text/data.ts'
import { namespacedLabel, workloadKey, workloadLabel } from '../../model/workload.ts'
import { explainForPeople } from '../../report/explain.ts'
import { jsonReport } from '../../report/json/report.ts'
import { paintOf } from '../../report/paint.ts'
import { backtestsOf } from '../../report/plan-backtest.ts'
import { historyForPeople, jsonHistory } from '../../report/value-history.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { readSettings } from '../../run/read-settings.ts'
import { historyOf } from '../../run/value-history.ts'
import { planHere } from './plan-found.ts'
import type { Printed, RunFlags } from './run-options.ts'
import { openRun, withReadFlags } from './run-options.ts'
import { snapshotOption } from './snapshot-option.ts'

interface ExplainFlags extends Omit<RunFlags, 'output'> {
  readonly container?: string
  readonly output: 'table' | 'json'
  readonly history?: true
}

/** `tortoise explain [CLUSTER/]NAMESPACE/Kind/name`: the rules behind each value of a workload. */
export function explainCommand(host: Host): Command {
  return withReadFlags(new Command('explain').argument('<workload>', '[[CLUSTER/]NAMESPACE/]Kind/name'))
    .description('print the rules behind each value of a workload, with their figures')
    .option('--container <name>', 'only this container')
    .option(
      '--history',
      'print the history of its values on the base branch: set by Tortoise, reverted, edited by people',
    )
    .addOption(snapshotOption())
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['table', 'json']).default('table'),
    )
    .action(async (label: string, flags: ExplainFlags) => {
      if (flags.history) return host.stdout(await history(host, label, flags))
      const { plan } = await planHere(host, openRun(host, flags), flags)
      const found = pick(plan, label, flags.container)
      const { backtest, followed = [] } = plan
      const keys = new Set(found.map(sourceFieldKey))
      const explained = {
        recommendations: found,
        followed: followed.filter((one) => keys.has(sourceFieldKey(one))),
        ...(backtest && { backtest: { ...backtest, workloads: backtestsOf(backtest, found) } }),
      }
      host.stdout(
        flags.output === 'json'
          ? json(jsonReport({ plan: { ...explained, skipped: [] } }))
          : explainForPeople({ ...explained, skipped: plan.skipped }, paintOf(host)),
      )
    })
}

/** Reads only the commits of the base branch, no usage. */
async function history(host: Host, label: string, flags: ExplainFlags): Promise<Printed> {
  const checkout = findCheckout(host, flags.repo)
  const settings = readSettings(host, checkout, flags)
  const past = await historyOf(host, { checkout, settings, label, container: flags.container })
  return flags.output === 'json' ? json(jsonHistory(past)) : historyForPeople(past, paintOf(host))
}

function pick(
  { recommendations: all, references = [] }: Pick<Plan, 'recommendations' | 'references'>,
  label: string,
  container: string | undefined,
): readonly SourceRecommendation[] {
  const called = (one: SourceRecommendation): readonly string[] => {
    // A Rollout that refers to the workload is another name of it.
    const rollouts = references.filter(({ to }) => workloadKey(to) === workloadKey(one.workload))
    return [one.workload, ...rollouts.map(({ by }) => by)].flatMap((workload) => {
      const short = workloadLabel(workload)
      const long = namespacedLabel(workload)
      return [short, long, `${one.cluster ?? ''}/${long}`]
    })
  }
  const found = all.filter((one) => called(one).includes(label))
  if (found.length === 0) {
    const known = [...new Set(all.map((one) => called(one)[1]))].join(', ')
    throw stop('usage', `No source declares ${label}`, {
      hint: `The sources declare ${known || 'no workloads'}.`,
    })
  }
  const named = found.filter((one) => container === undefined || one.container === container)
  if (named.length > 0) return named
  const containers = [...new Set(found.flatMap((one) => one.container ?? []))].join(', ')
  throw stop('usage', `${label} has no container ${container}`, { hint: `Pass one of ${containers}.` })
}
