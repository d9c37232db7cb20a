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

/** Where the value of a field comes from. */
export type FieldOrigin =
  /** One scalar sets it. */
  | ({ readonly kind: 'scalar' } & MarkerMatch)
  /** A template computes it, from one scalar where that could be found. */
  | { readonly kind: 'computed'; readonly from?: Candidate }
  /** No candidate changes it. */
  | { readonly kind: 'unknown' }

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
  const markable = await markableCandidates(source, candidates, ports)
  const far =
    markable.length === 0 ? undefined : await tryMarkers(source, markCandidates(markable, ports.view), ports)
  const rest = candidates.filter((one) => !markable.includes(one))
  const near =
    rest.length === 0 ? undefined : await tryMarkers(source, markNearValues(rest, ports.view), ports)
  return (field) => {
    const first = far?.(field) ?? { kind: 'unknown' }
    return first.kind === 'unknown' ? (near?.(field) ?? first) : first
  }
}

const mostTries = 24

/** The candidates with whose markers the source renders: all; else all but counts; else those found by halving the list. */
async function markableCandidates(
  source: Source,
  candidates: readonly Candidate[],
  ports: TracePorts,
): Promise<readonly Candidate[]> {
  let tries = 0
  const renders = async (some: readonly Candidate[]): Promise<boolean> => {
    tries += 1
    return (await tryMarkers(source, markCandidates(some, ports.view), ports)) !== undefined
  }
  const halve = async (some: readonly Candidate[]): Promise<readonly Candidate[]> => {
    if (some.length === 0 || tries >= mostTries) return []
    if (await renders(some)) return some
    if (some.length === 1) return []
    const middle = Math.ceil(some.length / 2)
    return [...(await halve(some.slice(0, middle))), ...(await halve(some.slice(middle)))]
  }
  if (await renders(candidates)) return candidates
  const sizes = candidates.filter(({ type }) => type !== 'count')
  if (sizes.length < candidates.length && (await renders(sizes))) return sizes
  const halved = await halve(candidates)
  return halved.length > 0 && (await renders(halved)) ? halved : []
}

/** Reads every field's origin from one rendering with markers; `undefined` when the source does not render with them. */
async function tryMarkers(
  source: Source,
  marking: Promise<MarkedFiles>,
  ports: TracePorts,
): Promise<OriginOf | undefined> {
  const marked = await marking
  const objects = await renderOrNone(source, ports.view.with(marked.texts), ports)
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

/** The objects of a source with markers in its files; `undefined` when it does not render with them. */
export async function renderOrNone(source: Source, view: RepositoryView, { renderer }: TracePorts) {
  try {
    return (await renderer.render(source, view, { marked: true })).objects
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}
