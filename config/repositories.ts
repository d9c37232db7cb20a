import { z } from 'zod'
import { deliverSchema } from './deliver.ts'
import { forgeSchema } from './forge.ts'
import { branchName, oneLine, repositoryPath } from './shared-schemas.ts'
import { variableName } from './variable.ts'

/** How a repository is read, written and begun with, by whatever its URL becomes known. */
export const accessShape = {
  settings: repositoryPath.default('tortoise.yaml').describe('Settings file in that branch.'),
  tokenEnv: variableName
    .default('TORTOISE_GIT_TOKEN')
    .describe('Environment variable with the token for fetches and pushes.'),
  forge: forgeSchema.optional(),
  onboard: z
    .boolean()
    .default(false)
    .describe(
      'Opens one pull request with first settings if the branch has no settings file. When somebody closes it, it is not opened again.',
    ),
}

/** One branch of one repository that runs without a checkout work on. */
export const repositorySchema = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .describe(
        'HTTP(S) URL of the repository, without credentials. It is fetched, and changes are pushed to it.',
      ),
    branch: branchName.describe(
      'Base branch, which Argo CD or Flux rolls out. Another branch of the same repository is another entry.',
    ),
    aliases: z
      .array(oneLine)
      .default([])
      .describe(
        'Further URLs by which Argo CD and Flux name the repository. Its SSH and HTTPS forms at the same host, with and without `.git`, are known without it.',
      ),
    github: deliverSchema.shape.github.describe('The GitHub repository, for pull requests.'),
    ...accessShape,
  })
  .describe('A repository and a branch of it.')

/** A repository and a branch of it. */
export interface RepositoryTarget extends z.infer<typeof repositorySchema> {
  /** The only clusters whose usage it is planned with: those that live objects deploy it to. Default: all. */
  readonly clusters?: readonly string[]
  /** Clusters whose live objects deploy other repositories, and not it: its sources for them are not rolled out. */
  readonly idleClusters?: readonly string[]
  /** Whether live objects named it, and the operator allows it by a pattern alone. */
  readonly isDiscovered?: boolean
}
