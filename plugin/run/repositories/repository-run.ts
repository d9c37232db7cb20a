import type { RepositoryTarget } from '../../../config/repositories.ts'
import type { Problem } from '../../model/problem.ts'
import type { TargetOutcome } from './run-target.ts'

/** How the run on one repository and branch ended. */
export type RepositoryRun = { readonly target: Pick<RepositoryTarget, 'url' | 'branch'> } & (
  | TargetOutcome
  | { readonly problems: readonly Problem[] }
)
