import { z } from 'zod'
import { deliverSchema } from './deliver.ts'
import { forgeSchema } from './forge.ts'
import { branchName, repositoryPath } from './shared-schemas.ts'
import { variableName } from './variable.ts'

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
    settings: repositoryPath.default('tortoise.yaml').describe('Settings file in that branch.'),
    tokenEnv: variableName
      .default('TORTOISE_GIT_TOKEN')
      .describe('Environment variable with the token for fetches and pushes.'),
    github: deliverSchema.shape.github.describe('The GitHub repository, for pull requests.'),
    forge: forgeSchema.optional(),
  })
  .describe('A repository and a branch of it.')

/** A repository and a branch of it. */
export type RepositoryTarget = z.infer<typeof repositorySchema>
