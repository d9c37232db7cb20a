import { plural } from '../../model/plural.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'
import type { AssignedSources } from '../../run/survey/clusters.ts'
import { skippedReasons } from '../../run/survey/nothing-found.ts'
import { repeatedIn, repeatedText } from '../../run/survey/repeated.ts'

/** What was written, and what only a person knows. */
export interface Written {
  readonly files: readonly string[]
  /** The files with values to check. */
  readonly guesses: readonly string[]
  /** The clusters that usage is of, where no source is known to run in any of them. */
  readonly unclear: readonly string[]
}

/** The files whose text has a value to check. */
export const guessesIn = (
  all: readonly { readonly file: string; readonly text: string }[],
): readonly string[] => all.filter(({ text }) => text.includes('# correct this')).map(({ file }) => file)

/** What `tortoise init` says at its end: what was written, what was skipped, what to correct, and the next step. */
export function closingWords(
  { files, guesses, unclear }: Written,
  { sources, clusters, skipped }: AssignedSources,
  more: readonly Terminal[] | readonly (Terminal | string)[],
): Terminal {
  const lines = [
    `Wrote ${files.join(' and ')}: ${plural(sources.length, 'source')} on ${plural(clusters.length, 'cluster')}.`,
    ...(skipped.length === 0 ? [] : ['Skipped:', ...skippedReasons(skipped).map((reason) => `  ${reason}`)]),
    ...repeatedLines(sources),
    ...severalPlaces(sources),
    ...(unclear.length === 0
      ? []
      : [
          `Usage is of ${unclear.join(', ')}, and nothing here says which of them runs what. Name these clusters in tortoise.yaml, and the cluster of each source.`,
        ]),
    ...more,
    ...(guesses.length === 0 ? [] : [`Lines with "correct this" are guesses: ${guesses.join(', ')}.`]),
    'Next: tortoise doctor, then tortoise plan.',
  ]
  return terminal`${terminal.join(lines, '\n')}\n`
}

const repeatedLines = (sources: AssignedSources['sources']): readonly string[] => {
  const repeated = repeatedIn(sources)
  return repeated.length === 0
    ? []
    : [
        'Only one source can deploy a workload to a cluster. Keep in tortoise.yaml what runs there:',
        ...repeated.map((one) => `  ${repeatedText(one)}`),
      ]
}

/** Sources without a cluster whose Applications are deployed to several, which nothing names. */
const severalPlaces = (sources: AssignedSources['sources']): readonly string[] =>
  sources.flatMap(({ cluster, destinations = [], settings: { path } }) => {
    const places = new Set(destinations.map(({ name, server }) => name ?? server ?? ''))
    return cluster !== undefined || places.size < 2
      ? []
      : [
          `${path} deploys to ${[...places].join(', ')}, and nothing names these clusters. Run tortoise init with --prometheus URL or --snapshot FILE, whose usage names them.`,
        ]
  })
