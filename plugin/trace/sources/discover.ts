import { inParallel } from '../../model/parallel.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { DirectSource, Source } from '../../model/source.ts'
import type { SourceHint } from './identify.ts'
import { identifySources, kustomizationFile } from './identify.ts'
import { mentions } from './mentions.ts'
import type { InputPorts } from './releases.ts'
import { releasesBelow } from './releases.ts'
import type { Directories } from './walk-repository.ts'
import { walkDirectories } from './walk-repository.ts'

/** A source with the real paths of the files it reads. */
export interface SourceFiles {
  readonly source: Source
  readonly files: ReadonlySet<string>
  /** For a release: the files of what it renders, without those that hold its object. */
  readonly inner: ReadonlySet<string>
  /** True for an overlay that another one uses: it may be rolled out by itself all the same. */
  readonly layer: boolean
}

/**
 * The sources of a repository by themselves: what Flux and Argo CD objects describe; every kustomization that no other
 * one reads; and every chart, alone and with each of the values files beside it. What an object rolls out is no source
 * of its own.
 */
export async function discoverSources(ports: InputPorts): Promise<readonly Source[]> {
  const { kustomizations, charts, manifests } = await walkDirectories(ports.view)
  const roots = (await overlays(kustomizations, ports)).filter(({ layer }) => !layer)
  const own = [...roots.map(({ source }) => source), ...(await identifySources(chartHints(charts), ports))]
  const releases = await releasesBelow([...own, ...manifests.map(looseFile)], ports)
  const all = await Promise.all([...own, ...releases].map((source) => filesOf(source, ports)))
  return withoutRolledOut(all).map(({ source }) => source)
}

/** Every chart, alone and with each of the values files beside it. */
const chartHints = (charts: Directories['charts']): readonly SourceHint[] =>
  charts.flatMap(({ path, variants }) => [{ path }, ...variants.map((file) => ({ path, values: [file] }))])

/** A file of manifests that stands in no kustomization. */
const looseFile = (path: string): DirectSource => ({ kind: 'plain', id: path, path })

/**
 * Leaves out what another release renders: a kustomization or chart of its own right, and a release that is found again
 * below it.
 */
function withoutRolledOut(all: readonly SourceFiles[]): readonly SourceFiles[] {
  const releases = all.filter(({ source }) => source.kind === 'release')
  const renderedBy = new Map<string, Source[]>()
  for (const { source, inner } of releases)
    for (const file of inner) renderedBy.set(file, [...(renderedBy.get(file) ?? []), source])
  return all.filter(({ source, files }) => {
    const [outermost, ...below] = chainOf(source)
    const marks = outermost === source ? files : new Set(all.find((one) => one.source === outermost)?.files)
    const own = [...marks, ...(outermost?.kind === 'plain' ? [outermost.path] : [])]
    const rivals = own
      .filter((file) => outermost !== undefined && isMarkOf(outermost, file))
      .flatMap((file) => renderedBy.get(file) ?? [])
    return rivals.every((rival) => below.includes(rival))
  })
}

/** The sources that hold one another, outermost first, down to the given one. */
const chainOf = (source: Source): readonly Source[] =>
  source.kind === 'release' ? [...chainOf(source.holder), source] : [source]

/** True for the file by which a source is known: its kustomization, its Chart.yaml, or the file itself. */
function isMarkOf(source: Source, file: string): boolean {
  if (source.kind === 'helm') return file === `${source.path}/Chart.yaml`
  return source.kind === 'plain' ? file === source.path : isOwn(source, file)
}

/** The given kustomizations with their files, and whether another one uses them. Bases and components are left out. */
async function overlays(paths: readonly string[], ports: InputPorts): Promise<readonly SourceFiles[]> {
  const all = await Promise.all(paths.map((path) => filesOf({ kind: 'kustomize', id: path, path }, ports)))
  const read = new Set(
    all.flatMap(({ source, files }) => [...files].filter((file) => directoryOf(file) !== source.path)),
  )
  const components = await inParallel(all, ({ source, files }) => isComponent(source, files, ports))
  return all.flatMap((one, index) => {
    // A component is rolled out by those that use it alone.
    if (components[index] === true) return []
    const used = [...one.files].some((file) => isOwn(one.source, file) && read.has(file))
    const onTop = [...one.files].some((file) => isKustomization(file) && !isOwn(one.source, file))
    return used && !onTop ? [] : [{ ...one, layer: used }]
  })
}

async function isComponent(
  source: Source,
  files: ReadonlySet<string>,
  { view }: InputPorts,
): Promise<boolean> {
  const own = [...files].find((file) => isOwn(source, file))
  const text = own === undefined ? undefined : (await view.read(own))?.text
  return text !== undefined && /^kind: *["']?Component\b/m.test(text)
}

const directoryOf = (file: string): string =>
  file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.'
const isKustomization = (file: string): boolean =>
  kustomizationFile.test(file.slice(file.lastIndexOf('/') + 1))

/** The files a source reads; none when it cannot be read, which its rendering will tell. */
async function filesOf(source: Source, { view, renderer }: InputPorts): Promise<SourceFiles> {
  try {
    const inputs = await renderer.inputs(source, view)
    const inner = source.kind === 'release' ? inputs.filter(({ above }) => above === undefined) : []
    return {
      source,
      files: new Set(inputs.map(({ path }) => path)),
      inner: new Set(inner.map(({ path }) => path)),
      layer: false,
    }
  } catch (error) {
    if (error instanceof ExpectedStop) return { source, files: new Set(), inner: new Set(), layer: false }
    throw error
  }
}

/**
 * The files of every given source, and of everything else in the repository that may read a file of those asked about:
 * root kustomizations, and the releases that those, the given sources and loose files hold.
 */
export async function filesOfAll(
  named: readonly Source[],
  ports: InputPorts,
  asked: ReadonlySet<string>,
): Promise<readonly SourceFiles[]> {
  const { kustomizations, manifests, charts } = await walkDirectories(ports.view)
  const own = await Promise.all(named.map((source) => filesOf(source, ports)))
  const paths = new Set(named.map(({ path }) => path))
  const others = (await overlays(kustomizations, ports)).filter(({ source }) => !paths.has(source.path))
  const roots = others.filter(({ layer }) => !layer).map(({ source }) => source)
  // What a named source reads is held by it.
  const read = new Set(own.flatMap(({ files }) => [...files]))
  const loose = manifests.filter((file) => !read.has(file)).map(looseFile)
  const alone = (await identifySources(chartHints(charts), ports)).filter(({ path }) => !paths.has(path))
  const holders = [...roots, ...alone, ...loose]
  const touched = own
    .filter(({ source }) => asked.has(source.id))
    .flatMap(({ source, files }) => [...files].filter((file) => !isForeign(source, file)))
  const known = new Set(named.map(releaseKey))
  const found = (await releasesBelow([...named, ...holders], ports, mentions(touched))).filter(
    (source) => !known.has(releaseKey(source)),
  )
  const rollOuts = new Set(named.map((source) => rollOutKey(source)))
  const releases = await Promise.all(found.map((source) => filesOf(source, ports)))
  const distinct: SourceFiles[] = []
  for (const release of releases) {
    // An Application of what is named itself is the same roll-out.
    const parts =
      release.source.kind === 'release' ? await ports.renderer.parts(release.source, ports.view) : []
    if (!parts.some((part) => rollOuts.has(rollOutKey(part)))) distinct.push(release)
  }
  const ids = new Set(named.map(({ id }) => id))
  // A chart that stands on its own may use another one, by vendoring or naming its directory.
  const umbrellas = await Promise.all(alone.map((source) => filesOf(source, ports)))
  const kept = withoutRolledOut([...own, ...others, ...umbrellas, ...distinct])
  return [...own, ...kept.filter(({ source }) => !ids.has(source.id))]
}

/** True for a file of a chart that is kept elsewhere: no source of this repository decides by it. */
const isForeign = (source: Source, file: string): boolean =>
  source.kind !== 'plain' && 'charts' in source && file.startsWith(`${source.charts}/`)

/** Two ways to the same release are one: below a directory, and in a file of that directory by itself. */
const releaseKey = (source: Source): string =>
  source.kind === 'release'
    ? [
        source.object.kind,
        source.object.namespace,
        source.object.name,
        source.object.generated ?? '',
        source.path,
      ].join('\0')
    : source.id

/** What is rolled out, whoever asks for it. */
const rollOutKey = (source: Source): string =>
  source.kind === 'helm'
    ? [source.path, ...source.values].join('\0')
    : source.kind === 'release'
      ? releaseKey(source)
      : source.path

/** True for the kustomization file of a source itself. */
const isOwn = ({ path }: Source, file: string): boolean => isKustomizationOf(path, file)

/** True for the kustomization file of a directory. */
export const isKustomizationOf = (directory: string, file: string): boolean =>
  isKustomization(file) && directoryOf(file) === directory
