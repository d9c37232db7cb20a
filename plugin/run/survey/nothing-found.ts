import { groupBy } from '../../model/group.ts'
import { plural } from '../../model/plural.ts'
import { type ExpectedStop, stop } from '../../model/problem.ts'
import { allowLines } from '../../store/allow.ts'
import { type SkippedSource, withoutWorkload } from './survey.ts'
import type { ChartsSurvey } from './survey-with-charts.ts'

/** The error for a repository in which nothing with a workload was found, with what was skipped and what leads on. */
export const nothingFound = ({ servers, skipped }: Pick<ChartsSurvey, 'servers' | 'skipped'>): ExpectedStop =>
  stop('settings.missing', 'No source with a workload was found', {
    hint: [
      ...(servers.length === 0
        ? ['Pass the root of a repository with kustomizations, charts or manifests: --repo DIR.']
        : [serverSentence(servers)]),
      ...skippedAdvice(skipped, servers),
    ].join(' '),
  })

const mostNamed = 3

/** Some of the reasons why paths are skipped, without those that the advice about servers gives. */
function skippedAdvice(skipped: readonly SkippedSource[], servers: readonly string[]): readonly string[] {
  const said = servers.length > 0 ? skipped.filter(({ reason }) => !reason.includes('charts.allow')) : skipped
  if (said.length === 0) return []
  return [skippedSentence(said)]
}

/** Some of the reasons why paths are skipped, on one line. */
function skippedSentence(skipped: readonly SkippedSource[]): string {
  const reasons = skippedReasons(skipped)
  const more = reasons.length > mostNamed ? ` and ${reasons.length - mostNamed} more` : ''
  return `Skipped: ${reasons.slice(0, mostNamed).join('; ')}${more}.`
}

/** What a plan on found sources says of what it skipped; `undefined` where all of that only deploys no workload. */
export function skippedWarning(skipped: readonly SkippedSource[]): string | undefined {
  const failed = skipped.filter(({ reason }) => reason !== withoutWorkload)
  return failed.length === 0 ? undefined : skippedSentence(failed)
}

/** What to do about servers that charts come from, which were not contacted. */
export const serverAdvice = (servers: readonly string[]): readonly string[] => [
  `Charts and bases come from ${plural(servers.length, 'server')} that nothing allows yet. To use them, add to the operator settings:`,
  `    ${allowLines(servers)}`,
  'Or run: tortoise init --fetch-charts, which fetches from all of them and writes these lines.',
]

/** The same on one line. */
const serverSentence = (servers: readonly string[]): string =>
  `Charts and bases come from ${plural(servers.length, 'server')} that nothing allows yet. Run tortoise init --fetch-charts, which fetches from all of them and allows them, or add to the operator settings: ${allowLines(servers)}.`

/** Each reason with the paths that are skipped for it. */
export const skippedReasons = (skipped: readonly SkippedSource[]): readonly string[] =>
  [...groupBy(skipped, ({ reason }) => reason)].map(
    ([reason, same]) => `${same.map(({ path }) => path).join(', ')}: ${reason}`,
  )
