import { fieldKey } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { plural } from '../model/plural.ts'
import type { Reach, ScalarSite, SharedField, Site, Trace } from '../model/site.ts'
import type { Source } from '../model/source.ts'
import { consideredLayers } from './considered-layers.ts'
import type { Candidate } from './dye/candidate.ts'
import type { Surfacing, TracedSource } from './dye/trace-source.ts'
import type { OverrideContext } from './override/override.ts'
import { overrideOf } from './override/override.ts'
import type { SourceFiles } from './sources/discover.ts'
import { isKustomizationOf } from './sources/discover.ts'

/** What settings allow a trace to choose. */
export interface TracePolicy {
  /** Edit a site that other sources or workloads take their value from too. */
  readonly allowShared: boolean
}

/** What an answer is measured against. */
export interface TraceContext extends OverrideContext {
  /** The fields that take their value from a site, by site, over all traced sources. */
  readonly users: ReadonlyMap<string, readonly SharedField[]>
  /** Sources and overlays that cannot be looked into, by file; they may take a value from any file they read. */
  readonly unseen: ReadonlyMap<string, readonly string[]>
  readonly policy: TracePolicy
  /** Whether answers name the layers that lose. */
  readonly explains: boolean
}

/** Measures who reads and who uses what, once for all answers. */
export function traceContext(
  traced: readonly TracedSource[],
  { sharers, unseen, rest }: Surroundings,
): TraceContext {
  const readers = readersOf([...sharers, ...unseen.filter((one) => !sharers.includes(one))])
  return { ...rest, users: siteUsers(traced), unseen: readersOf(unseen), readers }
}

/** The sources round those that are traced. */
interface Surroundings {
  readonly sharers: readonly SourceFiles[]
  readonly unseen: readonly SourceFiles[]
  readonly rest: Omit<TraceContext, 'users' | 'unseen' | 'readers'>
}

function readersOf(
  sources: readonly { readonly source: Source; readonly files: Iterable<string> }[],
): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>()
  for (const { source, files } of sources) {
    for (const file of new Set(files)) {
      const known = readers.get(file)
      if (known === undefined) readers.set(file, [source.id])
      else known.push(source.id)
    }
  }
  return readers
}

/** Turns what surfaced in one source into answers for the given fields, with reach measured over all traced sources. */
export async function resolveTraces(
  traced: TracedSource,
  fields: readonly ManifestField[],
  context: TraceContext,
): Promise<readonly Trace[]> {
  const { users, unseen, policy } = context
  return Promise.all(
    fields.map(async (field): Promise<Trace> => {
      const surfacing = traced.surfaced.get(fieldKey(field)) ?? { kind: 'still' }
      if (surfacing.kind !== 'dyed') return unresolved(traced, field, surfacing)
      const { candidate } = surfacing
      const site = scalarSite(candidate, surfacing.affix)
      const using = users.get(siteKey(candidate)) ?? []
      const sharedWith = using.filter((user) => !isSame(user, traced, field))
      const readers = unseenReaders(candidate.file, traced, unseen)
      const alone = sharedWith.length === 0 && readers.length === 0
      const leaf = await overrideOf({ traced, field, candidate, site, context, alone })
      const considered = context.explains
        ? { considered: await consideredLayers(candidate, traced.inputs, context.view) }
        : {}
      const answer = { site, reach: reachOf(using), leaf, sharedWith, ...considered }
      return { ...addressOf(traced, field), ...answer, ...choose(candidate, { ...answer, readers }, policy) }
    }),
  )
}

/** Who else reads a file and cannot be looked into; the layers of the source itself are not others. */
const unseenReaders = (
  file: string,
  { inputs }: TracedSource,
  unseen: TraceContext['unseen'],
): readonly string[] =>
  (unseen.get(file) ?? []).filter((id) => !inputs.some(({ path }) => isKustomizationOf(id, path)))

const siteKey = ({ file, range }: Candidate): string => `${file}:${range[0]}`

const isSame = (user: SharedField, { source }: TracedSource, field: ManifestField): boolean =>
  user.source === source.id && fieldKey(user) === fieldKey(field)

function siteUsers(all: readonly TracedSource[]): ReadonlyMap<string, readonly SharedField[]> {
  const users = new Map<string, SharedField[]>()
  for (const { source, fields, surfaced } of all) {
    for (const field of fields) {
      const surfacing = surfaced.get(fieldKey(field))
      if (surfacing?.kind !== 'dyed') continue
      const key = siteKey(surfacing.candidate)
      const known = users.get(key) ?? []
      known.push({ source: source.id, ...shortAddress(field) })
      users.set(key, known)
    }
  }
  return users
}

const shortAddress = ({ workload, container, field }: ManifestField) => ({
  workload,
  ...(container === undefined ? {} : { container }),
  field,
})

const addressOf = ({ source }: TracedSource, field: ManifestField) => ({
  source: source.id,
  ...shortAddress(field),
  value: field.value,
  ...(field.autoscaler === undefined ? {} : { autoscaler: field.autoscaler }),
})

function scalarSite(candidate: Candidate, affix: ScalarSite['affix']): ScalarSite {
  const { file, line, column, document, path, range, text } = candidate
  return {
    kind: 'scalar',
    file,
    line,
    column,
    document,
    path,
    range,
    text,
    ...(affix === undefined ? {} : { affix }),
  }
}

function reachOf(using: readonly SharedField[]): Reach {
  const sources = [...new Set(using.map(({ source }) => source))]
  const holders = new Set(
    using.map((user) => [user.source, user.workload.kind, user.workload.name, user.container].join('/')),
  )
  return { sources, containers: holders.size }
}

type Answer = Pick<Trace, 'leaf' | 'sharedWith' | 'site'> & { readonly readers: readonly string[] }
type Choice = Pick<Trace, 'chosen' | 'reason'>

function choose(
  { role, file, leaf: isLeaf }: Candidate,
  { leaf, sharedWith, readers }: Answer,
  policy: TracePolicy,
): Choice {
  if (role === 'template') {
    return {
      chosen: null,
      reason: `hard-coded in the chart's template ${file}; no value of the chart reaches it`,
    }
  }
  if (role === 'external') return externalChoice(leaf)
  if (readers.length > 0) return overridden(leaf, `${listed(readers)} read the file too`)
  if (sharedWith.length === 0) {
    // The defaults of a chart belong to all its releases, known here or not.
    const isDefault = role === 'chart-values' && !isLeaf && leaf !== null
    return isDefault ? { chosen: 'leaf', reason: 'the site is a default of the chart' } : { chosen: 'site' }
  }
  const others = plural(sharedWith.length, 'other field')
  if (policy.allowShared)
    return { chosen: 'site', reason: `also decides ${others}; shared edits are allowed` }
  return overridden(leaf, `the site also decides ${others}`)
}

/** A few names, and how many more there are. */
const listed = (names: readonly string[]): string =>
  names.length <= 3 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`

const overridden = (leaf: Site | null, why: string): Choice =>
  leaf === null
    ? { chosen: null, reason: `${why}, and there is no layer of this source to override it in` }
    : { chosen: 'leaf', reason: why }

/** A default of a chart that is kept elsewhere can be overridden here, never edited. */
function externalChoice(leaf: Site | null): Choice {
  const where = 'a default of the chart, which is not in this repository'
  return leaf === null
    ? { chosen: null, reason: `${where}, and there is no place to override it` }
    : { chosen: 'leaf', reason: where }
}

function unresolved(traced: TracedSource, field: ManifestField, surfacing: Unsolved): Trace {
  const nowhere = {
    site: null,
    reach: { sources: [], containers: 0 },
    leaf: null,
    chosen: null,
    sharedWith: [],
  }
  return { ...addressOf(traced, field), ...nowhere, reason: unresolvedReason(traced, field, surfacing) }
}

type Unsolved = Exclude<Surfacing, { readonly kind: 'dyed' }>

function unresolvedReason(
  { blind: [blind] }: TracedSource,
  { value }: ManifestField,
  surfacing: Unsolved,
): string {
  if (surfacing.kind === 'computed') {
    const { from } = surfacing
    return from === undefined
      ? 'a template computes this value from others; no single scalar holds it'
      : `a template computes this value from ${from.path.at(-1)}: ${from.text} at ${from.file}:${from.line}:${from.column}; change that one`
  }
  if (/\$[{(]|\{\{/.test(value))
    return `${value} is a placeholder that is filled in after the rendering; change what fills it`
  return blind === undefined
    ? 'nothing in the files of this source decides this value'
    : `it may stand in a file that cannot be edited safely: ${blind}`
}
