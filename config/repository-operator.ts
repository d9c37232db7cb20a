import { z } from 'zod'
import { openOperator } from './operator-file.ts'
import { type RepositoryTarget, repositorySchema } from './repositories.ts'
import { isMapping } from './schema-walk.ts'
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
  const raw = openOperator(operator).raw
  const { repositories: _, deliver, ...rest } = isMapping(raw) ? raw : {}
  const { github: _github, forge: _forge, ...common } = isMapping(deliver) ? deliver : {}
  const own = { ...common, remote: { url, tokenEnv }, ...(github && { github }), ...(forge && { forge }) }
  // JSON is YAML.
  const text = JSON.stringify({ ...rest, deliver: own })
  return { ...operator, file: `${operator.file} for ${url} (${branch})`, text }
}
