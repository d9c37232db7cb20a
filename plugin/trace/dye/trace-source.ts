import { fieldKey } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { fieldsOf } from '../../model/manifest.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { InputFile, Renderer, Rendering, RepositoryView, Source } from '../../model/source.ts'
import { sameValue } from '../../model/value.ts'
import { refusalInView } from '../yaml-in-view.ts'
import type { Candidate } from './candidate.ts'
import type { Dyed, Surfaced } from './dye.ts'
import { dye, dyeNear } from './dye.ts'
import type { Judge } from './find-candidates.ts'
import { findCandidates, looksLikeSize, valueAmong } from './find-candidates.ts'
import type { Move } from './find-deciding.ts'
import { findDeciding } from './find-deciding.ts'

/** What became of a field when the source's candidates were dyed. */
export type Surfacing =
  | ({ readonly kind: 'dyed' } & Surfaced)
  /** The value stood still: no candidate decides it. */
  | { readonly kind: 'still' }
  /** The value moved, but to no dye: a template computes it, from one scalar as far as that can be told. */
  | { readonly kind: 'computed'; readonly from?: Candidate }

/** One source with every literal field it renders and where each came from. */
export interface TracedSource {
  readonly source: Source
  readonly inputs: readonly InputFile[]
  readonly rendering: Rendering
  readonly fields: readonly ManifestField[]
  readonly surfaced: ReadonlyMap<string, Surfacing>
  /** Why files of it could not be looked into, where that may be why a field has no answer. */
  readonly blind: readonly string[]
}

/** What tracing needs. */
export interface TracePorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** The namespace that objects of a source take when they name none. */
export const namespaceOf = (source: Source): string => source.namespace ?? 'default'

/**
 * Dyes every candidate of a source, renders it once, and reads which dye surfaced in which field.
 * A second dyed rendering follows only where fields are left that no telling name decides.
 */
export async function traceSource(
  source: Source,
  ports: TracePorts,
  rendering?: Rendering,
): Promise<TracedSource> {
  const plain = rendering ?? (await ports.renderer.render(source, ports.view))
  const inputs = await ports.renderer.inputs(source, ports.view)
  const fields = fieldsOf(plain.objects, namespaceOf(source))
  const first = await surface({ source, inputs, fields, ports }, looksLikeSize)
  const open = fields.filter((field) => first.get(fieldKey(field))?.kind === 'still')
  const traced = { source, inputs, rendering: plain, fields, blind: await blindSpots(inputs, ports.view) }
  if (open.length === 0) return { ...traced, surfaced: first }
  const second = await surface({ source, inputs, fields: open, ports }, valueAmong(open))
  return { ...traced, surfaced: new Map([...first, ...dyedOnly(second)]) }
}

/** The files that may decide sizes and must not be edited. */
async function blindSpots(inputs: readonly InputFile[], view: RepositoryView): Promise<readonly string[]> {
  const deciding = inputs.filter(
    ({ role, at }) => role !== 'template' && role !== 'other' && /\.(ya?ml|json)$/.test(at),
  )
  const found = await Promise.all(deciding.map(({ path }) => refusalInView(path, view)))
  return found.filter((one) => one !== undefined)
}

const dyedOnly = (surfaced: ReadonlyMap<string, Surfacing>) =>
  [...surfaced].filter(([, { kind }]) => kind !== 'still')

interface Dyeing {
  readonly source: Source
  readonly inputs: readonly InputFile[]
  readonly fields: readonly ManifestField[]
  readonly ports: TracePorts
}

async function surface(dyeing: Dyeing, judge: Judge): Promise<ReadonlyMap<string, Surfacing>> {
  const { source, inputs, fields, ports } = dyeing
  const candidates = await findCandidates(inputs, ports.view, judge)
  if (candidates.length === 0) return new Map(fields.map((field) => [fieldKey(field), { kind: 'still' }]))
  const read = await renderDyed(source, candidates, ports)
  const surfaced = new Map(fields.map((field) => [fieldKey(field), read(field)]))
  const computed = fields.filter((field) => surfaced.get(fieldKey(field))?.kind === 'computed')
  if (computed.length === 0) return surfaced
  const from = await findDeciding(computed.map(fieldKey), candidates, moveIn(dyeing, computed))
  return new Map([
    ...surfaced,
    ...[...from].map(([key, one]) => [key, { kind: 'computed', from: one }] as const),
  ])
}

/** Renders with some candidates dyed and tells which fields no longer have the value they have today. */
const moveIn =
  ({ source, ports }: Dyeing, fields: readonly ManifestField[]): Move =>
  async (some) => {
    const { texts } = await dye(some, ports.view)
    const objects = await renderOrNone(source, ports.view.with(texts), ports)
    if (objects === undefined) return undefined
    const now = new Map(fieldsOf(objects, namespaceOf(source)).map((field) => [fieldKey(field), field.value]))
    const moved = fields.filter((field) => now.get(fieldKey(field)) !== field.value)
    return new Set(moved.map(fieldKey))
  }

type Reader = (field: ManifestField) => Surfacing

/**
 * Renders with dyes. Candidates that the source cannot bear (a loop over a count, an assertion, a JSON patch's test) are
 * found and left out, then tried with values close to the present ones.
 */
async function renderDyed(
  source: Source,
  candidates: readonly Candidate[],
  ports: TracePorts,
): Promise<Reader> {
  const bearable = await bearableCandidates(source, candidates, ports)
  const bold = bearable.length === 0 ? undefined : await tryDyes(source, dye(bearable, ports.view), ports)
  const rest = candidates.filter((one) => !bearable.includes(one))
  const near = rest.length === 0 ? undefined : await tryDyes(source, dyeNear(rest, ports.view), ports)
  return (field) => {
    const first = bold?.(field) ?? { kind: 'still' }
    return first.kind === 'still' ? (near?.(field) ?? first) : first
  }
}

const mostProbes = 24

/** All candidates if the source renders with them; else all but the counts; else those that are left after halving. */
async function bearableCandidates(
  source: Source,
  candidates: readonly Candidate[],
  ports: TracePorts,
): Promise<readonly Candidate[]> {
  let probes = 0
  const renders = async (some: readonly Candidate[]): Promise<boolean> => {
    probes += 1
    return (await tryDyes(source, dye(some, ports.view), ports)) !== undefined
  }
  const halve = async (some: readonly Candidate[]): Promise<readonly Candidate[]> => {
    if (some.length === 0 || probes >= mostProbes) return []
    if (await renders(some)) return some
    if (some.length === 1) return []
    const middle = Math.ceil(some.length / 2)
    return [...(await halve(some.slice(0, middle))), ...(await halve(some.slice(middle)))]
  }
  if (await renders(candidates)) return candidates
  const sizes = candidates.filter(({ shape }) => shape !== 'count')
  if (sizes.length < candidates.length && (await renders(sizes))) return sizes
  const left = await halve(candidates)
  return left.length > 0 && (await renders(left)) ? left : []
}

/** Reads where every field's value comes from in one dyed rendering; `undefined` when the source does not render so. */
async function tryDyes(
  source: Source,
  dyeing: Promise<Dyed>,
  ports: TracePorts,
): Promise<Reader | undefined> {
  const dyed = await dyeing
  const objects = await renderOrNone(source, ports.view.with(dyed.texts), ports)
  if (objects === undefined) return undefined
  const values = new Map(
    fieldsOf(objects, namespaceOf(source)).map((field) => [fieldKey(field), field.value]),
  )
  return (field) => {
    const value = values.get(fieldKey(field))
    if (value === undefined || value === field.value) return { kind: 'still' }
    const surfaced = dyed.trace(value)
    if (surfaced !== undefined) return { kind: 'dyed', ...surfaced }
    return sameValue(field.field, value, field.value) ? { kind: 'still' } : { kind: 'computed' }
  }
}

async function renderOrNone(source: Source, view: RepositoryView, { renderer }: TracePorts) {
  try {
    return (await renderer.render(source, view, { dyed: true })).objects
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}
