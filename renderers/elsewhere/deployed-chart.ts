import type { LiveDeclaration } from '../../plugin/model/live-declaration.ts'
import type { WantedChart } from '../../plugin/model/store.ts'

/** A chart at the version that a cluster runs, and what differs from that in Git. */
export interface DeployedChart {
  readonly chart: WantedChart
  readonly differs?: string
}

const exact = /^v?\d+\.\d+\.\d+/

/**
 * The chart at the version that is deployed, which wins over what Git says; the chart itself where no cluster was read.
 * `at` is the position of the chart among the sources of its declaration.
 */
export function deployedChart(
  chart: WantedChart,
  live: Pick<LiveDeclaration, 'revisions'> | undefined,
  at = 0,
): DeployedChart {
  const revision = live?.revisions[at]
  if (revision === undefined || !exact.test(revision)) return { chart }
  const { artifact, version = '', ...rest } = chart
  // Flux adds the digest of an artifact to the version: 6.1.0+0123456789ab.
  const deployed = artifact === undefined ? revision : revision.replace(/\+[0-9a-f]{12}$/, '')
  const { mediaType, tag = '' } = artifact ?? {}
  const written = artifact === undefined ? version : tag
  const differs =
    exact.test(written) && bare(written) !== bare(deployed)
      ? { differs: `the version of the chart ${chart.name} (deployed ${deployed}, in Git ${written})` }
      : {}
  const declared = { ...(artifact === undefined ? {} : { artifact }), ...(version === '' ? {} : { version }) }
  if (artifact === undefined) return { chart: { ...rest, version: deployed, declared }, ...differs }
  const choice = { tag: deployed.replace('+', '_'), ...(mediaType === undefined ? {} : { mediaType }) }
  return { chart: { ...rest, artifact: choice, declared }, ...differs }
}

const bare = (version: string): string => version.replace(/^v/, '')
