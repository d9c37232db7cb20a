import type { ManifestField } from '../model/manifest.ts'
import type { ScalarSite, Site } from '../model/site.ts'
import type { Renderer, RepositoryView, Source } from '../model/source.ts'
import type { Candidate } from './candidate.ts'
import type { SourceFiles } from './discover.ts'
import type { LeafPlace } from './helm-leaf.ts'
import { chartOf, helmOverride } from './helm-leaf.ts'
import type { Override } from './kustomize-leaf.ts'
import {
  containerPlace,
  holderOf,
  kustomizeLeaf,
  patchSite,
  pointerTo,
  writtenName,
} from './kustomize-leaf.ts'
import { releasePatches } from './release-leaf.ts'
import type { TracedSource } from './trace-source.ts'

/** What looking for a leaf needs. */
export interface LeafContext {
  readonly all: readonly TracedSource[]
  /** Sources and overlays that cannot be looked into; they may take a value from any file they read. */
  readonly unseen: readonly SourceFiles[]
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** A field with what decides it, for which an override is looked for. */
export interface LeafQuestion {
  readonly traced: TracedSource
  readonly field: ManifestField
  readonly candidate: Candidate
  readonly site: ScalarSite
  readonly context: LeafContext
  /** True when no other field takes its value from the site. */
  readonly alone: boolean
}

/** Where an override of a field would go for its source alone; the site itself when it is that already. */
export async function leafOf(question: LeafQuestion): Promise<Site | null> {
  const { traced, field, candidate, site, context, alone } = question
  if (candidate.role === 'template') return null
  if (alone && candidate.leaf) return site
  const { view, renderer } = context
  const place = leafPlace(traced, candidate, context)
  const override =
    chartOf(place) === undefined && !isReleaseValue(candidate, traced)
      ? null
      : await helmOverride(candidate, { field, traced, place, ports: { view, renderer } })
  if (override !== null || place.source.kind === 'plain' || place.source.kind === 'helm') return override
  const name = await writtenName(site, view)
  return patchLeaf(
    {
      workload: field.workload,
      field: field.field,
      ...(field.container === undefined ? {} : { container: field.container }),
      object: holderOf(field),
      ...placeInObject(field, traced),
      ...(name === undefined ? {} : { writtenName: name }),
    },
    place,
    view,
  )
}

/** A value in the object that declares a chart's release, in whatever shape. */
const isReleaseValue = ({ holder }: Candidate, traced: TracedSource): boolean =>
  holder === true && chartOf(traced) !== undefined

function placeInObject(field: ManifestField, { rendering }: TracedSource) {
  const object = rendering.objects[field.object]
  if (field.container !== undefined && field.autoscaler === undefined)
    return containerPlace(rendering.objects, field)
  // Targets stand in lists without keys to merge by.
  return field.field.startsWith('hpa.target.') ? { pointer: pointerTo(object, field.path) } : {}
}

/** Where an override is looked for: what a release renders, or the source that holds it when the value stands there. */
export function leafPlace(
  { source, inputs }: Pick<TracedSource, 'source' | 'inputs'>,
  candidate: Pick<Candidate, 'holder' | 'role'> | undefined,
  { all, unseen }: Pick<LeafContext, 'all' | 'unseen'>,
): LeafPlace {
  const readers = [
    ...all.map((one) => ({ id: one.source.id, files: new Set(one.inputs.map(({ path }) => path)) })),
    ...unseen.map((one) => ({ id: one.source.id, files: one.files })),
  ]
  const holders = new Set(chainIds(source))
  const isShared = (file: string): boolean =>
    readers.some(({ id, files }) => !holders.has(id) && files.has(file))
  const inHolder =
    candidate?.holder === true && (candidate.role === 'values' || candidate.role === 'chart-values')
  if (source.kind !== 'release' || !inHolder) return { source, inputs, isShared }
  const own = inputs.flatMap(({ holder, ...input }) => (holder === true ? [input] : []))
  return { source: source.holder, inputs: own, isShared }
}

const chainIds = (source: Source): readonly string[] =>
  source.kind === 'release' ? [source.id, ...chainIds(source.holder)] : [source.id]

/** A patch in the overlay itself when it is rolled out once, else in the object that declares this roll-out. */
export async function patchLeaf(
  override: Override,
  { source, inputs, isShared }: LeafPlace,
  view: RepositoryView,
): Promise<Site | null> {
  const own = await kustomizeLeaf(override, inputs, view)
  if (source.kind !== 'release' || (own !== null && !isShared(own.file))) return own
  const list = await releasePatches({ source, inputs }, view)
  return list === undefined ? null : patchSite(list, override, view)
}
