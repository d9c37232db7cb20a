import { fieldKey } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { fieldsOf } from '../../model/manifest.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { InputFile, Rendering, RepositoryView, Source } from '../../model/source.ts'
import { namespaceOf } from '../../model/source.ts'
import { sameValue } from '../../model/value.ts'
import { refusalInView } from '../yaml-in-view.ts'
import type { Candidate } from './candidate.ts'
import type { Classifier } from './find-candidates.ts'
import { classifyByName, classifyByValue, findCandidates } from './find-candidates.ts'
import type { ChangedFields } from './find-deciding.ts'
import { findDeciding } from './find-deciding.ts'
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

/** A source with every literal field that it renders, and where each value comes from. */
export interface TracedSource {
  readonly source: Source
  readonly inputs: readonly InputFile[]
  readonly rendering: Rendering
  readonly fields: readonly ManifestField[]
  /** By `fieldKey`. */
  readonly origins: ReadonlyMap<string, FieldOrigin>
  /** Why files of the source cannot be searched: a field without an origin may be set in one of them. */
  readonly unreadable: readonly string[]
}

/** What tracing needs. */
export interface TracePorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/**
 * Renders a source once with a marker (also called dye) in every candidate, and reads from which candidate each field
 * takes its value. Fields that no candidate with a usual name sets are tried in a second rendering, with candidates of
 * the same value. Rejects with `source.render` when the unchanged source does not render.
 */
export async function traceSource(
  source: Source,
  ports: TracePorts,
  rendering?: Rendering,
): Promise<TracedSource> {
  const plain = rendering ?? (await ports.renderer.render(source, ports.view))
  const inputs = await ports.renderer.inputs(source, ports.view)
  const fields = fieldsOf(plain.objects, namespaceOf(source))
  const first = await findOrigins({ source, inputs, fields, ports }, classifyByName)
  const open = fields.filter((field) => first.get(fieldKey(field))?.kind === 'unknown')
  const unreadable = await unreadableFiles(inputs, ports.view)
  const traced = { source, inputs, rendering: plain, fields, unreadable }
  if (open.length === 0) return { ...traced, origins: first }
  const second = await findOrigins({ source, inputs, fields: open, ports }, classifyByValue(open))
  return { ...traced, origins: new Map([...first, ...known(second)]) }
}

/** Why files that may set sizes must not be edited. */
async function unreadableFiles(
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<readonly string[]> {
  const deciding = inputs.filter(
    ({ role, at }) => role !== 'template' && role !== 'other' && /\.(ya?ml|json)$/.test(at),
  )
  const found = await Promise.all(deciding.map(({ path }) => refusalInView(path, view)))
  return found.filter((one) => one !== undefined)
}

const known = (origins: ReadonlyMap<string, FieldOrigin>) =>
  [...origins].filter(([, { kind }]) => kind !== 'unknown')

interface Search {
  readonly source: Source
  readonly inputs: readonly InputFile[]
  readonly fields: readonly ManifestField[]
  readonly ports: TracePorts
}

async function findOrigins(search: Search, classify: Classifier): Promise<ReadonlyMap<string, FieldOrigin>> {
  const { source, inputs, fields, ports } = search
  const candidates = await findCandidates(inputs, ports.view, classify)
  if (candidates.length === 0) return new Map(fields.map((field) => [fieldKey(field), { kind: 'unknown' }]))
  const originOf = await renderMarked(source, candidates, ports)
  const origins = new Map(fields.map((field) => [fieldKey(field), originOf(field)]))
  const computed = fields.filter((field) => origins.get(fieldKey(field))?.kind === 'computed')
  if (computed.length === 0) return origins
  const from = await findDeciding(computed.map(fieldKey), candidates, changedAmong(search, computed))
  return new Map([
    ...origins,
    ...[...from].map(([key, one]) => [key, { kind: 'computed', from: one }] as const),
  ])
}

/** Renders with some candidates marked and finds which of the fields no longer have their current value. */
const changedAmong =
  ({ source, ports }: Search, fields: readonly ManifestField[]): ChangedFields =>
  async (some) => {
    const { texts } = await markCandidates(some, ports.view)
    const objects = await renderOrNone(source, ports.view.with(texts), ports)
    if (objects === undefined) return undefined
    const values = new Map(
      fieldsOf(objects, namespaceOf(source)).map((field) => [fieldKey(field), field.value]),
    )
    const changed = fields.filter((field) => values.get(fieldKey(field)) !== field.value)
    return new Set(changed.map(fieldKey))
  }

type OriginOf = (field: ManifestField) => FieldOrigin

/**
 * Renders with markers. Candidates with which the source does not render (a loop over a count, an assertion, the test of a
 * JSON patch) get markers close to their current values in a second rendering.
 */
async function renderMarked(
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

async function renderOrNone(source: Source, view: RepositoryView, { renderer }: TracePorts) {
  try {
    return (await renderer.render(source, view, { marked: true })).objects
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}
