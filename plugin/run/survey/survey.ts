import type { SourceSettings } from '../../../config/schema.ts'
import type { Destination } from '../../model/destination.ts'
import { inParallel } from '../../model/parallel.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { Rendering, RepositoryView, Source, SourceHint } from '../../model/source.ts'
import { isRelease, sourceChain } from '../../model/source.ts'
import { stageOf } from '../../model/stages.ts'
import type { Workload } from '../../model/workload.ts'
import { deployedOnce } from '../../trace/sources/deployed-once.ts'
import { isEntryOf } from '../../trace/sources/detect.ts'
import { discoverSources } from '../../trace/sources/discover.ts'
import { identifySources } from '../../trace/sources/identify.ts'
import { renderEach, renderReleases } from '../../trace/sources/releases.ts'
import type { Scan } from '../../trace/sources/scan.ts'
import { scanRepository } from '../../trace/sources/scan.ts'
import { declaredWorkloads, placedObjects, withoutNamespace } from './declared.ts'
import type { PlacedObject } from './former-rules.ts'
import { type NamedRelease, namedReleases, releasesOf } from './named-releases.ts'
import { findUnmanagedManifests } from './unmanaged-manifests.ts'

/** Where an Application is deployed, with its name. */
export interface ApplicationPlace extends Destination {
  readonly application?: string
}

/** A source that settings should name. */
export interface SurveyedSource {
  readonly settings: Pick<SourceSettings, 'path' | 'release' | 'values' | 'namespace'>
  /** The delivery stage or cluster that its paths name, such as `prod`. */
  readonly stage?: string
  /** Where Argo CD deploys the Applications in it that have workloads, each once. */
  readonly destinations?: readonly ApplicationPlace[]
  /** The workloads that it deploys; the namespace is `''` where the objects name none. */
  readonly workloads: readonly Workload[]
  /** The workloads of a release of another name, where nothing says which name it has. */
  readonly otherReleases?: readonly NamedRelease[]
  /** Whether an object of Argo CD, Flux or helmfile says that its workloads are deployed. */
  readonly isDeclared?: boolean
  /** The objects that it renders, and those of its releases. */
  readonly objects: readonly PlacedObject[]
}

/** A path or source that settings do not name, and why. */
export interface SkippedSource {
  readonly path: string
  readonly reason: string
}

/** The reason for a source that renders nothing to size. */
export const withoutWorkload = 'it deploys no workload'

/** The sources of a repository with workloads, and what was skipped. */
export interface Survey {
  readonly found: readonly SurveyedSource[]
  readonly skipped: readonly SkippedSource[]
  /** The objects of every source, also of those without workloads. */
  readonly objects: readonly PlacedObject[]
}

interface SurveyPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** Finds what a repository deploys: renders every source, and keeps those with workloads. */
export async function surveyRepository(ports: SurveyPorts): Promise<Survey> {
  const candidates = await inParallel(await candidatesIn(ports), (source) => namedReleases(source, ports))
  const others = new Map(candidates.map(([{ id }, ...more]) => [id, more]))
  const sources = candidates.map(([first]) => withoutNamespace(first))
  const { rendered, failed } = await renderEach(sources, ports)
  const surveyed = await Promise.all(
    rendered.map(async (rendering): Promise<Surveyed> => {
      const otherReleases = await releasesOf(others.get(rendering.source.id) ?? [], ports)
      const one = await surveySource(rendering, ports)
      return otherReleases.length === 0 ? one : { ...one, otherReleases }
    }),
  )
  const found = surveyed.filter(({ workloads }) => workloads.length > 0)
  const empty = surveyed.filter(({ workloads }) => workloads.length === 0)
  return {
    found: found.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en')),
    objects: surveyed.flatMap(({ objects }) => objects),
    skipped: [
      ...failed.map(({ source, reason }) => ({ path: source.id, reason })),
      ...empty.map(({ settings, unrendered }) => ({
        path: settings.path,
        reason: unrendered ?? withoutWorkload,
      })),
    ],
  }
}

const nameOf = ({ stage = '', settings: { path, values } }: SurveyedSource): string =>
  [stage, path, ...values].join(' ')

/** Discovered sources, their variants with values files that are kept elsewhere, and manifests outside any source. */
async function candidatesIn(ports: SurveyPorts): Promise<readonly Source[]> {
  const { view, renderer } = ports
  // Settings that name the outermost source of a chain include its releases.
  const discovered = await discoverSources(ports)
  const outermost = discovered.flatMap((source) => sourceChain(source).slice(0, 1))
  const distinct = [...new Map(outermost.map((source) => [source.id, source])).values()]
  const scan = await scanRepository(view, renderer.kinds)
  const listed = await Promise.all(
    [...distinct, ...discovered].map(async (source) => {
      const inputs = await renderer.inputs(source, view).catch(() => [])
      return { source, files: inputs.map(({ path }) => path) }
    }),
  )
  const read = new Set(listed.flatMap(({ files }) => files))
  // Values files beside a chart that an object deploys are for that object, and not releases of their own.
  const deployed = new Set(listed.filter(({ source }) => isRelease(source)).flatMap(({ files }) => files))
  const variants = (await identifySources(await variantsIn(scan, ports), ports)).filter(
    ({ path }) => !deployed.has(`${path}/Chart.yaml`),
  )
  const unmanaged = await findUnmanagedManifests(scan, read, ports)
  const all = [...distinct, ...variants, ...unmanaged]
  const isPart = (source: Source): boolean =>
    (source.values ?? []).length === 0 &&
    listed.some(
      (one) =>
        one.source.kind === source.kind &&
        one.source.path !== source.path &&
        one.files.some((file) => isEntryOf(source, file, renderer.kinds)),
    )
  const deployable = await inParallel(all, async (source) => {
    const kind = renderer.kinds.find(({ name }) => name === source.kind)
    return (await kind?.isDeployable?.(source, view)) ?? true
  })
  return all.filter((source, index) => deployable[index] && !isDefaultOf(source, all) && !isPart(source))
}

async function variantsIn(
  { found, loose }: Scan,
  { view, renderer }: SurveyPorts,
): Promise<readonly SourceHint[]> {
  const files = loose.map(({ path }) => path)
  const variants = await Promise.all(
    renderer.kinds.map(async (kind) => {
      const own = found.filter((one) => one.kind === kind).map(({ source }) => source.path)
      return (await kind.variants?.([...new Set(own)], files, view)) ?? []
    }),
  )
  return variants.flat()
}

function destinationsOf(releases: readonly Rendering[]): readonly ApplicationPlace[] {
  const all = releases.flatMap((one) => {
    const { source } = one
    if (!isRelease(source) || source.destination === undefined) return []
    if (declaredWorkloads(one).length === 0) return []
    const { generated, name } = source.declaredBy
    return [{ ...source.destination, application: generated ?? name }]
  })
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

/** Whether a source has only its author's defaults, while another one at its path has values files. */
const isDefaultOf = ({ kind, path, values = [] }: Source, all: readonly Source[]): boolean =>
  values.length === 0 &&
  all.some((one) => one.kind === kind && one.path === path && (one.values ?? []).length > 0)

interface Surveyed extends SurveyedSource {
  /** Why a release that it declares does not render. */
  readonly unrendered?: string
}

async function surveySource(rendering: Rendering, ports: SurveyPorts): Promise<Surveyed> {
  const { source } = rendering
  const { path, release, values = [] } = source
  const { rendered: releases, failed } = await renderReleases([rendering], ports)
  const { rendered } = await deployedOnce([rendering, ...releases], ports)
  const stage = stageOf([path, ...values])
  return {
    settings: { path, values: [...values], ...(release === undefined ? {} : { release }) },
    ...(stage === undefined ? {} : { stage }),
    destinations: destinationsOf(isRelease(source) ? [rendering, ...releases] : releases),
    workloads: rendered.flatMap(declaredWorkloads),
    isDeclared: isRelease(source) || releases.length > 0,
    objects: rendered.flatMap((one) => placedObjects(one, stage)),
    ...(failed[0] === undefined ? {} : { unrendered: `${failed[0].source.id}: ${failed[0].reason}` }),
  }
}
