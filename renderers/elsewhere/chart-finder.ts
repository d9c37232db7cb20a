import { posix } from 'node:path'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { RepositoryView, Source } from '../../plugin/model/source.ts'
import type { SourceStore, WantedChart } from '../../plugin/model/store.ts'

/** Where charts from elsewhere are looked up. */
export interface ElsewherePorts {
  /** Fetches what the repository does not have. */
  readonly store?: SourceStore
  /** Directories of the repository with charts by name. */
  readonly chartDirectories?: readonly string[]
}

/** The directory of a chart from elsewhere; `undefined` where it is not to be had. Rejects with `source.fetch`. */
export type FindChart = (reference: WantedChart) => Promise<string | undefined>

/**
 * Finds charts in the directory that the source names, then in the directories of settings, then in the store. A reference
 * without a repository is looked up by its name alone.
 */
export const chartFinder =
  ({ charts }: Pick<Source, 'charts'>, view: RepositoryView, ports: ElsewherePorts): FindChart =>
  async (reference) => {
    const name = posix.basename(reference.name)
    if (charts !== undefined) return posix.join(charts, name)
    for (const directory of ports.chartDirectories ?? []) {
      const path = posix.join(directory, name)
      if ((await view.kind(posix.join(path, 'Chart.yaml'))) === 'file') return path
    }
    if (ports.store === undefined || reference.repository === '') return undefined
    return fetchedPath(reference, ports.store)
  }

async function fetchedPath(reference: WantedChart, store: SourceStore): Promise<string> {
  try {
    const { provider: _provider, ...wanted } = reference
    return (await store.chart(wanted)).path
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    const [problem] = error.problems
    const why = problem?.message ?? error.message
    const message = `${shownChart(reference)} is not fetched: ${why}${cloudLogin(reference, why)}`
    const hint = problem?.hint === undefined ? {} : { hint: problem.hint }
    throw stop('source.fetch', message, { ...hint, cause: error })
  }
}

/** What to do where Flux logs in by the identity of a cloud. */
const cloudLogin = ({ provider, repository }: WantedChart, why: string): string => {
  if (provider === undefined || !/\bHTTP 40[13]\b/.test(why)) return ''
  const host = URL.canParse(repository) ? new URL(repository).host : repository
  return `. Flux logs in to it as ${provider}, which is not supported here: give a login for ${host} in charts.credentials`
}

function shownChart({ repository, name, version = '', artifact }: WantedChart): string {
  const from = repository === '' ? '' : ` of ${repository.replace(/\/\/[^/@]*@/, '//')}`
  const shown = artifact === undefined ? version : (artifact.tag ?? artifact.semver ?? artifact.digest ?? '')
  return `its chart ${`${name} ${shown}`.trim()}${from}`
}

/** The problem of a source whose chart is in no place that is known here. */
export function chartMissing(chart: WantedChart, file: string) {
  if (chart.unsupported !== undefined)
    return stop(
      'source.render',
      `its chart ${chart.name} comes ${chart.unsupported}, from which nothing is fetched`,
      {
        place: { file },
        hint: 'Vendor the chart, and name its directory: charts.directories in the settings, or --charts DIR.',
      },
    )
  return stop('source.render', `${shownChart(chart)} is not in this repository`, {
    place: { file },
    hint:
      chart.repository === ''
        ? 'No file of the repository says where it comes from. Name a directory with charts: charts.directories in the settings, or --charts DIR.'
        : 'Name a directory with charts: charts.directories in the settings, or --charts DIR.',
  })
}
