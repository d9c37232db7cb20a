import type { Settings } from '../../../config/schema.ts'
import { openWorkTree } from '../../io/work-tree.ts'
import type { Checkout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { openRenderer } from '../../run/open-renderer.ts'
import { type Survey, surveyRepository } from './survey.ts'

/** What a survey may fetch. */
export interface SurveyRequest {
  readonly checkout: Checkout
  readonly settings: Settings
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
  host: Host,
  { checkout, settings, fetches }: SurveyRequest,
): Promise<ChartsSurvey> {
  const servers: string[] = []
  for (let round = 1; ; round += 1) {
    const charts = { ...settings.charts, allow: [...settings.charts.allow, ...servers] }
    const { renderer, store } = openRenderer(host, {
      checkout,
      settings: { ...settings, charts },
      purpose: 'work-tree',
    })
    const view = store.mount(openWorkTree(checkout.root))
    const survey = await surveyRepository({ view, renderer })
    const refused = store.refused().filter((one) => !servers.includes(one))
    if (!fetches) return { ...survey, servers: refused }
    if (refused.length === 0 || round === mostRounds) return { ...survey, servers }
    servers.push(...refused)
  }
}
