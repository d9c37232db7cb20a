import { stop } from '../../model/problem.ts'
import type { EmergencyOptions } from './emergency.ts'
import type { EmergencyIssue } from './event.ts'

/** Sections of an issue, as headings of its form or as lines of its text name them. */
const sections = ['workloads', 'namespaces', 'cluster', 'for', 'factor'] as const
type Section = (typeof sections)[number]

const sectionOf = (text: string): Section | undefined =>
  sections.find((one) => one === text.replace(/[*_:\s]/g, '').toLowerCase())

/** What GitHub writes for a field of a form that was left empty. */
const noAnswer = '_No response_'

/**
 * Reads the sections of an issue: a heading such as `### Workloads` with names below, as forms write them, or a line `workloads: …`, which goes
 * on until an empty line. The title is the reason. Text that belongs to no section is left out. Throws `usage` for HTML, which may hide names,
 * for a line that names a section and nothing in it, and for several values where one is meant.
 */
export function optionsIn({
  number,
  title,
  body,
}: Pick<EmergencyIssue, 'number' | 'title' | 'body'>): EmergencyOptions {
  if (/<[!/?a-z]/i.test(body))
    throw stop('usage', 'the text of the issue has HTML, which may hide what it names', {
      hint: 'Write what it is for as plain text.',
    })
  const found = wordsOf(body)
  const one = (section: Section): string | undefined => {
    const [first, ...more] = found.get(section) ?? []
    if (more.length === 0) return first
    throw stop('usage', `the issue has several values for ${section}: ${[first, ...more].join(', ')}`, {
      hint: 'Write one, or an issue for each.',
    })
  }
  return {
    workloads: found.get('workloads') ?? [],
    namespaces: found.get('namespaces') ?? [],
    cluster: one('cluster'),
    for: one('for') ?? '24h',
    factor: one('factor'),
    reason: `${title} (issue ${number})`,
  }
}

/** The words of each section. */
function wordsOf(body: string): ReadonlyMap<Section, readonly string[]> {
  const found = new Map<Section, string[]>()
  const lines: Section[] = []
  let open: { readonly section: Section; readonly isLine: boolean } | undefined
  for (const line of body.split(/\r?\n/)) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1]
    const [, name = '', value = ''] = /^\s*(?:[-*+]\s+)?([*_]*[a-z]+[*_]*\s*:[*_]*)(.*)$/i.exec(line) ?? []
    const named = heading === undefined ? sectionOf(name) : sectionOf(heading)
    if (named !== undefined) {
      open = { section: named, isLine: heading === undefined }
      if (open.isLine) lines.push(named)
    } else if (heading !== undefined || (line.trim() === '' && open?.isLine)) open = undefined
    if (open === undefined || heading !== undefined) continue
    const text = (named === undefined ? line : value).replaceAll(noAnswer, '').replace(/^\s*[-*+]\s+/, '')
    const words = text.split(/[\s,`]+/).filter(Boolean)
    found.set(open.section, [...(found.get(open.section) ?? []), ...words])
  }
  const empty = lines.find((section) => (found.get(section) ?? []).length === 0)
  if (empty === undefined) return found
  throw stop('usage', `the issue names ${empty}, and nothing in it`, {
    hint: `Write it as ${empty}: and the names on one line, or leave it out.`,
  })
}
