import { plural } from '../../model/plural.ts'
import type { FleetReport } from '../json/fleet.ts'
import {
  jointCoverageLines,
  notReached,
  onboardingSentence,
  problemSentence,
  type RepositoriesOutcome,
  type RepositoryOutcome,
  titleOf,
} from '../repositories.ts'
import { totals } from '../rows.ts'
import type { NamedOutcome } from './report.ts'

/** What a report on several repositories is made from. */
export interface FleetOfRepositories {
  readonly outcomes: readonly NamedOutcome[]
  readonly repositories: NonNullable<FleetReport['repositories']>
  /** What was not reached, and the coverage of all together, as sentences. */
  readonly notes: readonly string[]
}

/** The plans of several repositories, and how the run on each ended. */
export const fleetOfRepositories = (all: RepositoriesOutcome): FleetOfRepositories => ({
  outcomes: all.repositories.flatMap((one) =>
    'report' in one ? [{ ...one.report, repository: titleOf(one) }] : [],
  ),
  repositories: all.repositories.map((one) => ({ name: titleOf(one), said: `${saidOf(one)}.` })),
  notes: [
    ...jointCoverageLines(all).map((line) => `Coverage of ${line}.`),
    ...notReached(all).map((one) => `${one}.`),
  ],
})

function saidOf(one: RepositoryOutcome): string {
  if ('problems' in one) return `Failed: ${one.problems.map(problemSentence).join('. ')}`
  if ('skipped' in one) return `Skipped: ${one.skipped}`
  if ('onboarding' in one) return onboardingSentence(one.onboarding)
  const { changes, workloads } = totals(one.report.plan)
  return changes === 0
    ? 'Nothing to change'
    : `${plural(changes, 'value')} of ${plural(workloads, 'workload')} should change`
}
