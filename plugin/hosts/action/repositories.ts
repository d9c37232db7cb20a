import { join, resolve } from 'node:path'
import { programsIn } from '../../../config/repository-operator.ts'
import { makeTemporaryDirectory } from '../../io/workspace.ts'
import { stop } from '../../model/problem.ts'
import { terminal } from '../../model/text/terminal.ts'
import { plain } from '../../report/paint.ts'
import { failureOf, repositoriesTable } from '../../report/repositories.ts'
import { repositoriesSummary } from '../../report/summary.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { runRepositories } from '../../run/repositories/run-repositories.ts'
import { isPullRequestJob } from './base-of-job.ts'
import { type ActionMode, given, isOn, settingsInputs, usageInputs } from './inputs.ts'
import { writeRepositoriesOutputs } from './outputs.ts'
import { programChoice } from './programs/choice.ts'
import { withPrograms } from './programs/ready.ts'
import { runner } from './runner.ts'
import { readRepositoriesOperator } from './settings.ts'

/** Bytes. The runner shows no summary at all above 1 MiB. */
const summaryLimit = 1_000_000

/** Runs on the repositories of the operator settings. The step fails where one of them failed, after all have run. */
export async function repositoriesStep(host: Host, mode: ActionMode | undefined): Promise<void> {
  if (mode === 'review' || isPullRequestJob(host)) throw notHere('the job is about a pull request')
  for (const name of ['settings', 'workloads'])
    if (given(name) !== undefined) throw notHere(`the input ${name} is for one repository`)
  const checkout = findCheckout(host, host.cwd)
  const usage = usageInputs()
  const directory =
    usage.cache === undefined
      ? await makeTemporaryDirectory('tortoise-repositories-')
      : join(resolve(host.cwd, usage.cache), 'repositories')
  const operator = await readRepositoriesOperator(host, checkout)
  const ready = await withPrograms(host, {
    choice: programChoice(),
    programs: programsIn(operator),
    root: checkout.root,
    runner: process,
  })
  const all = await runRepositories(ready, {
    operator,
    flags: settingsInputs(),
    usage,
    directory,
    mode,
    only: isOn('urgent') ? 'urgent' : undefined,
    notify: mode === 'report' || usage.cluster !== undefined ? undefined : {},
  })
  runner.info(repositoriesTable(all, plain))
  writeRepositoriesOutputs(all, host)
  await runner.summary(repositoriesSummary(all, summaryLimit))
  const failure = failureOf(all)
  if (failure !== undefined) runner.failed(terminal`${failure}`)
}

const notHere = (why: string) =>
  stop('usage', `Input repositories cannot be used here: ${why}`, {
    hint: 'Use it in scheduled and manual jobs of a repository with operator settings.',
  })
