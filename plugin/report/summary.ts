import type { Observation } from '../model/observation.ts'
import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { ProposedChange, PullOutcome } from '../model/proposal.ts'
import { code, fitBody, link, type Markdown, markdown } from '../model/text/markdown.ts'
import { workloadKey } from '../model/workload.ts'
import { evidenceSection, observationOf } from './evidence.ts'
import { markdownReport } from './markdown.ts'
import { type RepositoriesOutcome, repositoriesMarkdown } from './repositories.ts'

const size = (text: Markdown): number => new TextEncoder().encode(text.toString()).length

/** The summary of a workflow step, of at most `room` bytes: pull requests, changes with reasons, and charts of usage. */
export function stepSummary(outcome: Outcome, observations: readonly Observation[], room: number): Markdown {
  const text = markdown.join([...pullTable(outcome.delivery?.pulls ?? []), markdownReport(outcome)], '\n\n')
  const evidence = evidenceFor(outcome, observations, room - size(text) - 500)
  return fitted(markdown.join([text, ...evidence], '\n\n'), room)
}

/** The summary of a workflow step for several repositories, of at most `room` bytes. */
export const repositoriesSummary = (all: RepositoriesOutcome, room: number): Markdown =>
  fitted(repositoriesMarkdown(all), room)

function fitted(text: Markdown, room: number): Markdown {
  const bytes = size(text)
  return bytes <= room ? text : fitBody(text, Math.floor((room / bytes) * text.length) - 500)
}

function pullTable(pulls: readonly PullOutcome[]): readonly Markdown[] {
  if (pulls.length === 0) return []
  const lines = pulls.map(({ number, url = '', branch, scope, action, reason = '', merging = '' }) => {
    const name = number === undefined ? code(branch) : link(markdown`#${number}`, url)
    return markdown`| ${name} | ${scope} | ${action} | ${[merging, reason].filter(Boolean).join(', ')} |`
  })
  return [
    markdown.join(
      [markdown`| Pull request | Scope | Action | |`, markdown`|---|---|---|---|`, ...lines],
      '\n',
    ),
  ]
}

/** One folded section for each workload, as many as fit. */
function evidenceFor(
  { plan }: Outcome,
  observations: readonly Observation[],
  room: number,
): readonly Markdown[] {
  const groups = new Map<string, ProposedChange[]>()
  for (const change of plan.proposal?.changes ?? []) {
    const key = `${change.cluster ?? ''} ${workloadKey(change.workload)}`
    groups.set(key, [...(groups.get(key) ?? []), change])
  }
  const sections: Markdown[] = []
  let left = room
  for (const members of groups.values()) {
    const [first] = members
    const section = evidenceSection(members, first && observationOf(observations, first))
    left -= size(section) + 2
    if (left < 0) break
    sections.push(section)
  }
  const missing = groups.size - sections.length
  const rest =
    missing > 0 ? [markdown`The evidence of ${plural(missing, 'more workload')} does not fit here.`] : []
  return groups.size === 0 ? [] : [markdown`### Evidence`, ...sections, ...rest]
}
