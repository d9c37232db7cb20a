import { fieldKey } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { fieldsOf } from '../../model/manifest.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { RepositoryView, Source } from '../../model/source.ts'
import { namespaceOf } from '../../model/source.ts'
import { sameValue } from '../../model/value.ts'
import type { Candidate } from './candidate.ts'
import type { MarkedFiles, MarkerMatch } from './markers.ts'
import { markCandidates, markNearValues } from './markers.ts'
import { refusedCandidates } from './refused-candidates.ts'

/** Where the value of a field comes from. */
export type FieldOrigin =
  /** One scalar sets it. */
  | ({ readonly kind: 'scalar' } & MarkerMatch)
  /** A template computes it, from one scalar where that could be found. */
  | { readonly kind: 'computed'; readonly from?: Candidate }
  /** No candidate changes it; or the rendering with markers took too long. */
  | { readonly kind: 'unknown'; readonly late?: true }

/** What tracing needs. */
export interface TracePorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** The origin of a field, read from a rendering with markers. */
export type OriginOf = (field: ManifestField) => FieldOrigin

/**
 * Renders with markers. Candidates with which the source does not render (a loop over a count, an assertion, the test of a
 * JSON patch) get markers close to their current values in a second rendering.
 */
export async function renderMarked(
  source: Source,
  candidates: readonly Candidate[],
  ports: TracePorts,
): Promise<OriginOf> {
  const search: MarkerSearch = { source, ports, isLate: false, refusal: '' }
  const markable = await markableCandidates(candidates, search)
  const far =
    markable.length === 0 ? undefined : await tryMarkers(markCandidates(markable, ports.view), search)
  const rest = candidates.filter((one) => !markable.includes(one))
  const near = await tryNearMarkers(rest, search)
  return (field) => {
    const first = far?.(field) ?? { kind: 'unknown' }
    const found = first.kind === 'unknown' ? (near?.(field) ?? first) : first
    return found.kind === 'unknown' && search.isLate && markable.length < candidates.length
      ? { ...found, late: true }
      : found
  }
}

interface MarkerSearch {
  readonly source: Source
  readonly ports: TracePorts
  /** Whether a rendering with markers did not end in time. */
  isLate: boolean
  /** What the source said when it last did not render. */
  refusal: string
}

const mostTries = 24

/** The candidates with whose markers the source renders: all; else all but counts; else those found by halving the list. */
async function markableCandidates(
  candidates: readonly Candidate[],
  search: MarkerSearch,
): Promise<readonly Candidate[]> {
  let tries = 0
  const renders = async (some: readonly Candidate[]): Promise<boolean> => {
    tries += 1
    return (await tryMarkers(markCandidates(some, search.ports.view), search)) !== undefined
  }
  const halve = async (some: readonly Candidate[]): Promise<readonly Candidate[]> => {
    if (some.length === 0 || tries >= mostTries) return []
    if (await renders(some)) return some
    if (some.length === 1) return []
    const middle = Math.ceil(some.length / 2)
    return [...(await halve(some.slice(0, middle))), ...(await halve(some.slice(middle)))]
  }
  if (await renders(candidates)) return candidates
  const accepted = await withoutRefused(candidates, search, renders)
  if (accepted !== undefined) return accepted
  const sizes = candidates.filter(({ type }) => type !== 'count')
  if (sizes.length < candidates.length && (await renders(sizes))) return sizes
  const halved = await halve(candidates)
  return halved.length > 0 && (await renders(halved)) ? halved : []
}

/** How many failures are learnt from. */
const mostRefusals = 8

/** The candidates without those that failures name one after the other; `undefined` where that does not lead to a rendering. */
async function withoutRefused(
  candidates: readonly Candidate[],
  search: MarkerSearch,
  renders: (some: readonly Candidate[]) => Promise<boolean>,
): Promise<readonly Candidate[] | undefined> {
  let left = candidates
  for (let tries = 0; tries < mostRefusals; tries++) {
    const refused = new Set(await refusedCandidates(search.refusal, left, search.ports.view))
    if (refused.size === 0 || refused.size === left.length) return undefined
    left = left.filter((one) => !refused.has(one))
    if (await renders(left)) return left
  }
  return undefined
}

/** The same with markers close to the current values, for all candidates, or for those that failures do not name. */
async function tryNearMarkers(
  candidates: readonly Candidate[],
  search: MarkerSearch,
): Promise<OriginOf | undefined> {
  let found: OriginOf | undefined
  const renders = async (some: readonly Candidate[]): Promise<boolean> => {
    found = await tryMarkers(markNearValues(some, search.ports.view), search)
    return found !== undefined
  }
  if (candidates.length === 0 || (await renders(candidates))) return found
  await withoutRefused(candidates, search, renders)
  return found
}

/** Reads every field's origin from one rendering with markers; `undefined` when the source does not render with them. */
async function tryMarkers(
  marking: Promise<MarkedFiles>,
  search: MarkerSearch,
): Promise<OriginOf | undefined> {
  const { source, ports } = search
  const marked = await marking
  const onRefused = (message: string, isLate: boolean): void => {
    search.isLate ||= isLate
    search.refusal = message
  }
  const objects = await renderOrNone(source, ports.view.with(marked.texts), { ...ports, onRefused })
  if (objects === undefined) return undefined
  const values = new Map(
    fieldsOf(objects, namespaceOf(source)).map((field) => [fieldKey(field), field.value]),
  )
  return (field) => {
    const value = values.get(fieldKey(field))
    if (value === undefined || value === field.value) return { kind: 'unknown' }
    const match = marked.match(value)
    if (match !== undefined) return { kind: 'scalar', ...match }
    return sameValue(field.field, value, field.value) ? { kind: 'unknown' } : { kind: 'computed' }
  }
}

/** Gets the reason why a source does not render, and whether its rendering took too long. */
type OnRefused = (message: string, isLate: boolean) => void

/** The objects of a source with markers in its files; `undefined` when it does not render with them. */
export async function renderOrNone(
  source: Source,
  view: RepositoryView,
  {
    renderer,
    onRefused,
    extraValues,
  }: TracePorts & { readonly onRefused?: OnRefused; readonly extraValues?: string },
) {
  const options = { marked: true, ...(extraValues === undefined ? {} : { extraValues }) }
  try {
    return (await renderer.render(source, view, options)).objects
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    onRefused?.(
      error.message,
      error.problems.some(({ code }) => code === 'source.timeout'),
    )
    return undefined
  }
}
