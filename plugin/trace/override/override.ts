import type { ManifestField } from '../../model/manifest.ts'
import type { ScalarSite, Site } from '../../model/site.ts'
import type { InputFile, Renderer, RepositoryView, Source } from '../../model/source.ts'
import type { Candidate } from '../dye/candidate.ts'
import type { TracedSource } from '../dye/trace-source.ts'
import type { OverrideLayer } from './helm.ts'
import { chartOf, helmOverride } from './helm.ts'
import type { Override } from './kustomize.ts'
import {
  containerPlace,
  declaredName,
  holderOf,
  kustomizeOverride,
  patchSite,
  pointerTo,
  writtenName,
} from './kustomize.ts'
import { releasePatches } from './release.ts'

/** What looking for a leaf needs. */
export interface OverrideContext {
  /** The ids of the sources that read a file, by file. */
  readonly readers: ReadonlyMap<string, readonly string[]>
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** A field with what decides it, for which an override is looked for. */
export interface OverrideRequest {
  readonly traced: TracedSource
  readonly field: ManifestField
  readonly candidate: Candidate
  readonly site: ScalarSite
  readonly context: OverrideContext
  /** True when no other field takes its value from the site. */
  readonly alone: boolean
}

/** Where an override of a field would go for its source alone; the site itself when it is that already. */
export async function overrideOf(question: OverrideRequest): Promise<Site | null> {
  const { traced, field, candidate, site, context, alone } = question
  if (candidate.role === 'template') return null
  if (alone && candidate.leaf) return site
  const { view, renderer } = context
  const place = overridePlaceFor(traced, candidate, context)
  const override =
    chartOf(place) === undefined && !isReleaseValue(candidate, traced)
      ? null
      : await helmOverride(candidate, { field, traced, place, ports: { view, renderer } })
  if (override !== null || place.source.kind === 'helm') return override
  // A patch may bear any name when it says its target beside; what declares the object bears its own.
  const name =
    candidate.role === 'manifest'
      ? await writtenName(site, view)
      : await declaredName(field, traced.inputs, view)
  return patchOverride(
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
const isReleaseValue = ({ above }: Candidate, traced: TracedSource): boolean =>
  above === 1 && chartOf(traced) !== undefined

function placeInObject(field: ManifestField, { rendering }: TracedSource) {
  const object = rendering.objects[field.object]
  if (field.container !== undefined && field.autoscaler === undefined)
    return containerPlace(rendering.objects, field)
  // Targets stand in lists without keys to merge by.
  return field.field.startsWith('hpa.target.') ? { pointer: pointerTo(object, field.path) } : {}
}

/** Where an override is looked for: in what a release renders, or in the source above it whose values decide. */
export function overridePlaceFor(
  { source, inputs }: Pick<TracedSource, 'source' | 'inputs'>,
  candidate: Pick<Candidate, 'above' | 'role'> | undefined,
  { readers }: Pick<OverrideContext, 'readers'>,
): OverrideLayer {
  const own = new Set(chainIds(source))
  const isShared = (file: string): boolean => (readers.get(file) ?? []).some((id) => !own.has(id))
  const isValue = candidate?.role === 'values' || candidate?.role === 'chart-values'
  const levels = isValue ? (candidate.above ?? 0) : 0
  return { ...upward({ source, inputs }, levels), isShared }
}

/** The source some levels above, with its files. */
function upward(
  { source, inputs }: Pick<TracedSource, 'source' | 'inputs'>,
  levels: number,
): Pick<TracedSource, 'source' | 'inputs'> {
  if (source.kind !== 'release' || levels === 0) return { source, inputs }
  const higher = inputs.flatMap(({ above, ...input }): readonly InputFile[] =>
    above === undefined ? [] : [above === 1 ? input : { ...input, above: above - 1 }],
  )
  return upward({ source: source.holder, inputs: higher }, levels - 1)
}

const chainIds = (source: Source): readonly string[] =>
  source.kind === 'release' ? [source.id, ...chainIds(source.holder)] : [source.id]

/** A patch in the overlay itself when it is rolled out once, else in the object that declares this roll-out. */
export async function patchOverride(
  override: Override,
  { source, inputs, isShared }: OverrideLayer,
  view: RepositoryView,
): Promise<Site | null> {
  const own = await kustomizeOverride(override, inputs, view)
  if (source.kind !== 'release' || (own !== null && !isShared(own.file))) return own
  const list = await releasePatches({ source, inputs }, view)
  return list === undefined ? null : patchSite(list, override, view)
}
