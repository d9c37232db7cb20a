import type { Settings } from '../../../config/schema.ts'
import { openWorkTree } from '../../io/work-tree.ts'
import type { RepositoryView } from '../../model/source.ts'
import type { Checkout } from '../checkout.ts'
import type { RunPorts } from '../host.ts'
import { openRenderer } from '../open-renderer.ts'
import { type Survey, surveyRepository } from './survey.ts'

/** What a survey may fetch. */
export interface SurveyRequest {
  readonly checkout: Checkout
  readonly settings: Settings
  /** The files to survey. Default: those in the work tree. */
  readonly files?: RepositoryView
  /** Whether charts are fetched from every server that the repository names. */
  readonly fetches: boolean
}

/** A survey with the servers that the repository takes charts and bases from. */
export interface ChartsSurvey extends Survey {
  /** Patterns for `charts.allow`: those that were added, or would have to be added. */
  readonly servers: readonly string[]
}

/** Each round may lead to further servers: those of dependencies and of redirects. */
const mostRounds = 4

/** Surveys a repository; with `fetches`, again while that leads to further servers. */
export async function surveyWithCharts(
  ports: Pick<RunPorts, 'env' | 'progress'>,
  { checkout, settings, files = openWorkTree(checkout.root), fetches }: SurveyRequest,
): Promise<ChartsSurvey> {
  const servers: string[] = []
  for (let round = 1; ; round += 1) {
    const charts = { ...settings.charts, allow: [...settings.charts.allow, ...servers] }
    const { renderer, store } = openRenderer(ports, {
      checkout,
      settings: { ...settings, charts },
      purpose: 'work-tree',
    })
    const view = store.mount(files)
    const survey = await surveyRepository({ view, renderer })
    const refused = store.refused().filter((one) => !servers.includes(one))
    if (!fetches) return { ...survey, servers: refused }
    if (refused.length === 0 || round === mostRounds) return { ...survey, servers }
    servers.push(...refused)
  }
}
