import { isSeq } from 'yaml'
import type { CopiedList } from '../../model/site.ts'
import type { RepositoryView } from '../../model/source.ts'
import type { Candidate } from '../dye/candidate.ts'
import { yamlInView } from '../yaml-in-view.ts'

/**
 * The outermost list that holds a scalar, as it is written in its file, in two parts: before and after the scalar.
 * `undefined` where no list holds it, or where the list is not in block style or has anchors, aliases or tabs.
 */
export async function copiedList(
  { file, document, path, range, quote }: Candidate,
  view: RepositoryView,
): Promise<CopiedList | undefined> {
  const at = path.findIndex((step) => typeof step === 'number')
  const yaml = at === -1 || path.includes('|') ? undefined : await yamlInView(file, view)
  const list = yaml?.documents[document]?.getIn(path.slice(0, at), true)
  if (yaml === undefined || !isSeq(list) || list.flow === true || !list.range) return undefined
  const [start, end] = list.range
  const text = yaml.text.slice(0, end).trimEnd()
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const indent = text.slice(lineStart, start)
  const [before, after] = [text.slice(lineStart, range[0]), text.slice(range[1])]
  if (indent.trim() !== '' || /[\t\r]|(?:^|[\s[{,])[&*][\w]/.test(before + after)) return undefined
  const lines = before.split('\n')
  const isDeep = [...lines, ...after.split('\n').slice(1)].every(
    (line) => line.trim() === '' || line.startsWith(indent),
  )
  if (!isDeep) return undefined
  const dedented = (part: string): string => part.replaceAll(`\n${indent}`, '\n')
  return {
    before: `${dedented(before.slice(indent.length))}${quote}`,
    after: `${quote}${dedented(after)}`,
    inner: path.slice(at),
    items: list.items.length,
  }
}

/** A list of values. */
export interface ValuesList {
  /** Its key in the values. */
  readonly key: string
  readonly items: number
}

/** The list of values that holds a scalar, where it can be copied. */
export async function valuesList(
  candidate: Candidate,
  view: RepositoryView,
): Promise<ValuesList | undefined> {
  const isValue = ['values', 'chart-values', 'external'].includes(candidate.role)
  const list = isValue ? await copiedList(candidate, view) : undefined
  const at = candidate.path.findIndex((step) => typeof step === 'number')
  return list && { key: candidate.path.slice(0, at).join('.'), items: list.items }
}
