import { escapeMarkdown, fitBody } from '../model/escape-markdown.ts'
import type { Observation } from '../model/observation.ts'
import type { Outcome } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { ProposedChange, PullOutcome } from '../model/proposal.ts'
import { workloadKey } from '../model/workload.ts'
import { evidenceSection, observationOf } from './evidence.ts'
import { markdownReport } from './markdown.ts'

const size = (text: string): number => new TextEncoder().encode(text).length

/** The summary of a workflow step, of at most `room` bytes: pull requests, changes with reasons, and charts of usage. */
export function stepSummary(outcome: Outcome, observations: readonly Observation[], room: number): string {
  const text = [...pullTable(outcome.delivery?.pulls ?? []), markdownReport(outcome)].join('\n\n')
  const evidence = evidenceFor(outcome, observations, room - size(text) - 500)
  return fitted([text, ...evidence].join('\n\n'), room)
}

function fitted(text: string, room: number): string {
  const bytes = size(text)
  return bytes <= room ? text : fitBody(text, Math.floor((room / bytes) * text.length) - 500)
}

function pullTable(pulls: readonly PullOutcome[]): readonly string[] {
  if (pulls.length === 0) return []
  const lines = pulls.map(({ number, url, branch, scope, action, reason = '', merging = '' }) => {
    const name = number === undefined ? `\`${branch}\`` : `[#${number}](${url})`
    return `| ${name} | ${escapeMarkdown(scope)} | ${action} | ${escapeMarkdown([merging, reason].filter(Boolean).join(', '))} |`
  })
  return [['| Pull request | Scope | Action | |', '|---|---|---|---|', ...lines].join('\n')]
}

/** One folded section for each workload, as many as fit. */
function evidenceFor(
  { plan }: Outcome,
  observations: readonly Observation[],
  room: number,
): readonly string[] {
  const groups = new Map<string, ProposedChange[]>()
  for (const change of plan.proposal?.changes ?? []) {
    const key = `${change.cluster ?? ''} ${workloadKey(change.workload)}`
    groups.set(key, [...(groups.get(key) ?? []), change])
  }
  const sections: string[] = []
  let left = room
  for (const members of groups.values()) {
    const [first] = members
    const section = evidenceSection(members, first && observationOf(observations, first))
    left -= size(section) + 2
    if (left < 0) break
    sections.push(section)
  }
  const missing = groups.size - sections.length
  const rest = missing > 0 ? [`The evidence of ${plural(missing, 'more workload')} does not fit here.`] : []
  return groups.size === 0 ? [] : ['### Evidence', ...sections, ...rest]
}
