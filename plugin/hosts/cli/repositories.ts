import { join, resolve } from 'node:path'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { makeTemporaryDirectory } from '../../io/workspace.ts'
import { stop } from '../../model/problem.ts'
import { terminal } from '../../model/text/terminal.ts'
import { failureOf, repositoriesReport } from '../../report/repositories.ts'
import type { Host } from '../../run/host.ts'
import { operatorPath, readOperatorFile } from '../../run/operator-file.ts'
import type { SettingsFlags } from '../../run/read-settings.ts'
import { requireRepositories } from '../../run/repositories/require-repositories.ts'
import { type RepositoriesReport, runRepositories } from '../../run/repositories/run-repositories.ts'
import { Refused } from './exit-error.ts'
import { formatRepositories } from './fleet-output.ts'
import type { HtmlFlags, UrgentFlag } from './run-options.ts'

/** Runs on every repository of the operator settings, prints all reports, and ends with 1 where one of them failed. */
export async function runOnRepositories(
  host: Host,
  flags: HtmlFlags & UrgentFlag,
  reportsOnly: boolean,
): Promise<void> {
  const report = await runAll(host, flags, reportsOnly)
  host.stdout(
    flags.output === 'html'
      ? formatRepositories(host, report, 'html')
      : repositoriesReport(report, flags.output, host),
  )
  refuseFailures([report])
}

/** Plans for every repository of the operator settings, with all workloads, and delivers nothing. */
export const repositoriesPlans = (
  host: Host,
  flags: Omit<HtmlFlags, 'output'>,
): Promise<RepositoriesReport> => runAll(host, { ...flags, output: 'html' }, true)

async function runAll(
  host: Host,
  flags: HtmlFlags & UrgentFlag,
  reportsOnly: boolean,
): Promise<RepositoriesReport> {
  refuseCheckout(flags)
  const directory =
    flags.cache === undefined
      ? await makeTemporaryDirectory('tortoise-repositories-')
      : join(resolve(host.cwd, flags.cache), 'repositories')
  return runRepositories(host, {
    operator: operatorWithRepositories(host, flags),
    flags,
    usage: flags,
    directory,
    mode: reportsOnly ? 'report' : undefined,
    only: flags.urgent ? 'urgent' : undefined,
    withFleet: flags.output === 'html',
    notify: reportsOnly || flags.cluster !== undefined ? undefined : {},
  })
}

/** Throws `Refused`, which ends the program with 1, where a repository failed. */
export function refuseFailures(reports: readonly RepositoriesReport[]): void {
  const failures = reports.flatMap((one) => failureOf(one) ?? [])
  if (failures.length > 0)
    throw new Refused(
      terminal.join(
        failures.map((one) => terminal`${one}.`),
        ' ',
      ),
    )
}

/** Throws `usage` where flags name one checkout. */
export function refuseCheckout({ repo, settings }: { readonly repo?: string } & SettingsFlags): void {
  if (repo === undefined && settings === undefined) return
  throw stop(
    'usage',
    '--repositories works on the repositories of the operator settings, each with its own settings',
    { hint: 'Leave out --repo and --settings.' },
  )
}

/** Reads the operator settings, which must say which repositories to work on. */
export const operatorWithRepositories = (host: Host, { operatorSettings }: SettingsFlags): SettingsFile =>
  requireRepositories(
    readOperatorFile(host, undefined, operatorSettings),
    operatorPath(host, operatorSettings) ?? 'the operator settings',
  )
