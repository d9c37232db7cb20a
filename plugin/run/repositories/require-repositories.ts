import { centralSettingsIn } from '../../../config/repository-operator.ts'
import type { SettingsFile } from '../../../config/screen-settings.ts'
import { stop } from '../../model/problem.ts'

/** Returns operator settings that say which repositories to work on. Throws `settings.missing` for others; `place` names the file. */
export function requireRepositories(operator: SettingsFile | undefined, place: string): SettingsFile {
  const { repositories = [], discover } = operator === undefined ? {} : centralSettingsIn(operator)
  if (operator !== undefined && (repositories.length > 0 || discover !== undefined)) return operator
  throw stop('settings.missing', `${place} lists no repositories`, {
    hint: 'Add them: repositories: [{url: https://git.example.com/acme/apps.git, branch: main}]',
  })
}
