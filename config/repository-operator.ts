import { parseDocument } from 'yaml'
import { z } from 'zod'
import { openOperator } from './operator-file.ts'
import { type RepositoryTarget, repositorySchema } from './repositories.ts'
import type { SettingsFile } from './screen-settings.ts'

/** The repositories that operator settings list. Throws like `openOperator`. */
export function repositoriesIn(operator: SettingsFile | undefined): readonly RepositoryTarget[] {
  const raw = operator === undefined ? undefined : openOperator(operator).raw
  const listed = z.object({ repositories: z.array(repositorySchema).default([]) }).safeParse(raw ?? {})
  return listed.data?.repositories ?? []
}

/** The operator settings as they are for one of their repositories. */
export function operatorFor(
  operator: SettingsFile,
  { url, branch, tokenEnv, github, forge }: RepositoryTarget,
): SettingsFile {
  const document = parseDocument(operator.text)
  document.delete('repositories')
  document.setIn(['deliver', 'remote'], { url, tokenEnv })
  for (const [name, value] of Object.entries({ github, forge })) {
    if (value === undefined) document.deleteIn(['deliver', name])
    else document.setIn(['deliver', name], value)
  }
  return { ...operator, file: `${operator.file} for ${url} (${branch})`, text: document.toString() }
}
