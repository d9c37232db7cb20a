import { fieldKey, scheduleField } from '../../model/field.ts'
import type { ManifestField } from '../../model/manifest.ts'
import { fieldsOf } from '../../model/manifest.ts'
import type { InputFile, Rendering, RepositoryView, Source } from '../../model/source.ts'
import { namespaceOf } from '../../model/source.ts'
import { refusalInView } from '../yaml-in-view.ts'
import type { Classifier } from './classify.ts'
import { classifyByName, classifyByValue } from './classify.ts'
import { findCandidates } from './find-candidates.ts'
import type { ChangedFields } from './find-deciding.ts'
import { findDeciding } from './find-deciding.ts'
import { markCandidates } from './markers.ts'
import type { FieldOrigin, TracePorts } from './render-marked.ts'
import { renderMarked, renderOrNone } from './render-marked.ts'

/** A source with every literal field that it renders, and where each value comes from. */
export interface TracedSource {
  readonly source: Source
  readonly inputs: readonly InputFile[]
  readonly rendering: Rendering
  readonly fields: readonly ManifestField[]
  /** By `fieldKey`. */
  readonly origins: ReadonlyMap<string, FieldOrigin>
  /** Why files of the source cannot be searched: a field without an origin may be set in one of them. Read when asked. */
  readonly unreadable: () => Promise<readonly string[]>
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
  const unreadable = once(() => unreadableFiles(inputs, ports.view))
  const traced = { source, inputs, rendering: plain, fields, unreadable }
  // A schedule is no scalar; its list is searched when it is asked for.
  const scalars = fields.filter(({ field }) => field !== scheduleField)
  if (scalars.length === 0) return { ...traced, origins: new Map() }
  const first = await findOrigins({ source, inputs, fields: scalars, ports }, classifyByName)
  const open = scalars.filter((field) => first.get(fieldKey(field))?.kind === 'unknown')
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

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined
  return () => {
    result ??= read()
    return result
  }
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
