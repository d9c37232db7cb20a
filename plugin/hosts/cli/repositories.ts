import { join, resolve } from 'node:path'
import { repositoriesIn } from '../../../config/repository-operator.ts'
import { makeTemporaryDirectory } from '../../io/workspace.ts'
import { stop } from '../../model/problem.ts'
import { terminal } from '../../model/text/terminal.ts'
import { repositoriesReport } from '../../report/repositories.ts'
import type { Host } from '../../run/host.ts'
import { operatorPath, readOperatorFile } from '../../run/operator-file.ts'
import { runRepositories } from '../../run/run-repositories.ts'
import { Refused } from './exit-error.ts'
import type { RunFlags } from './run-options.ts'

/** Runs on every repository of the operator settings, prints all reports, and ends with 1 where one of them failed. */
export async function runOnRepositories(host: Host, flags: RunFlags, reportsOnly: boolean): Promise<void> {
  if (flags.repo !== undefined || flags.settings !== undefined) {
    throw stop(
      'usage',
      '--repositories works on the repositories of the operator settings, each with its own settings',
      {
        hint: 'Leave out --repo and --settings.',
      },
    )
  }
  const operator = readOperatorFile(host, undefined, flags.operatorSettings)
  const targets = repositoriesIn(operator)
  if (operator === undefined || targets.length === 0) {
    const file = operatorPath(host, flags.operatorSettings) ?? 'the operator settings'
    throw stop('settings.missing', `${file} lists no repositories`, {
      hint: 'Add them: repositories: [{url: https://git.example.com/acme/apps.git, branch: main}]',
    })
  }
  const directory =
    flags.cache === undefined
      ? await makeTemporaryDirectory('tortoise-repositories-')
      : join(resolve(host.cwd, flags.cache), 'repositories')
  const ended = await runRepositories(host, {
    targets,
    operator,
    flags,
    usage: flags,
    directory,
    reportsOnly,
  })
  host.stdout(repositoriesReport(ended, flags.output, host.colour))
  const failed = ended.filter((one) => 'problems' in one).length
  if (failed > 0) throw new Refused(terminal`${failed} of the ${ended.length} repositories failed.`)
}
