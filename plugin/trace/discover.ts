import { inParallel } from '../model/parallel.ts'
import { concernsOneSource, ExpectedStop } from '../model/problem.ts'
import type { DirectSource, Renderer, Rendering, RepositoryView, Source } from '../model/source.ts'
import { manifestsIn } from '../yaml/manifests.ts'
import { openYaml } from '../yaml/open.ts'
import { identifySources, kustomizationFile, mayHoldRelease, releasesIn } from './identify.ts'

/** A source with the real paths of the files it reads. */
export interface SourceFiles {
  readonly source: Source
  readonly files: ReadonlySet<string>
  /** True for an overlay that another one uses: it may be rolled out by itself all the same. */
  readonly layer: boolean
  /** The directory of the kustomization that it renders in the end, if it is one. */
  readonly renders?: string
}

/** What reading the inputs of sources needs. */
export interface InputPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/** The releases declared in files that stand in no kustomization. */
async function looseReleases(files: readonly string[], { view }: InputPorts): Promise<readonly Source[]> {
  const found = await inParallel(files, async (path) => {
    const text = await textOf(path, view)
    if (!mayHoldRelease(text)) return []
    const opened = openYaml(path, text)
    if (!opened.ok) return []
    const holder: DirectSource = { kind: 'plain', id: path, path }
    return releasesIn({ source: holder, objects: manifestsIn(opened.yaml).map(({ object }) => object) })
  })
  return found.flat()
}

/** Directories of a repository with what tells their kind, found in one walk. */
interface Directories {
  readonly kustomizations: readonly string[]
  /** YAML files of directories without a kustomization or chart. */
  readonly manifests: readonly string[]
  /** Charts that no other chart vendors, each with the values files that stand beside its own. */
  readonly charts: readonly { readonly path: string; readonly variants: readonly string[] }[]
}

/**
 * The sources of a repository by themselves: every kustomization that no other one reads, and every chart, alone and
 * with each of the values files beside it.
 */
export async function discoverSources({ view, renderer }: InputPorts): Promise<readonly Source[]> {
  const { kustomizations, charts, manifests } = await walkDirectories(view, '.')
  const roots = (await rootKustomizations(kustomizations, { view, renderer })).map(({ source }) => source)
  const hints = charts.flatMap(({ path, variants }) => [
    { path },
    ...variants.map((file) => ({ path, values: [file] })),
  ])
  return [
    ...roots,
    ...(await identifySources(hints, view)),
    ...(await heldReleases(roots, { view, renderer })),
    ...(await looseReleases(manifests, { view, renderer })),
  ]
}

/** The releases that the given sources hold, as far as those render. */
async function heldReleases(sources: readonly Source[], ports: InputPorts): Promise<readonly Source[]> {
  const holders = await inParallel(sources, async (source) => {
    const inputs = await filesOf(source, ports)
    const texts = await Promise.all([...inputs.files].map((file) => textOf(file, ports.view)))
    if (!texts.some(mayHoldRelease)) return []
    return releasesIn(await renderOrNothing(source, ports))
  })
  return holders.flat()
}

async function textOf(file: string, view: RepositoryView): Promise<string> {
  if (!/\.ya?ml$/.test(file)) return ''
  try {
    return (await view.read(file))?.text ?? ''
  } catch (error) {
    if (error instanceof ExpectedStop) return ''
    throw error
  }
}

async function renderOrNothing(source: Source, { view, renderer }: InputPorts): Promise<Rendering> {
  try {
    return await renderer.render(source, view)
  } catch (error) {
    if (concernsOneSource(error)) return { source, objects: [] }
    throw error
  }
}

async function walkDirectories(view: RepositoryView, directory: string): Promise<Directories> {
  const entries = await view.list(directory)
  const at = (name: string): string => (directory === '.' ? name : `${directory}/${name}`)
  if (entries.some(({ name }) => name === 'Chart.yaml')) {
    const beside = entries.filter(
      ({ name, kind }) => kind === 'file' && /^values[-_.].*\.ya?ml$|^.*[-_.]values\.ya?ml$/.test(name),
    )
    return {
      kustomizations: [],
      manifests: [],
      charts: [{ path: directory, variants: beside.map(({ name }) => at(name)) }],
    }
  }
  const own = entries.some(({ name }) => kustomizationFile.test(name)) ? [directory] : []
  const inside = entries.filter(
    ({ name, kind }) => kind === 'directory' && name !== '.git' && name !== 'node_modules',
  )
  const below = await Promise.all(inside.map(({ name }) => walkDirectories(view, at(name))))
  const loose =
    own.length > 0 ? [] : entries.filter(({ name, kind }) => kind === 'file' && /\.ya?ml$/.test(name))
  return {
    kustomizations: [...own, ...below.flatMap((one) => one.kustomizations)],
    manifests: [...loose.map(({ name }) => at(name)), ...below.flatMap((one) => one.manifests)],
    charts: below.flatMap((one) => one.charts),
  }
}

/** The given kustomizations with their files, and whether another one uses them. Bases and components are left out. */
async function overlays(paths: readonly string[], ports: InputPorts): Promise<readonly SourceFiles[]> {
  const all = await Promise.all(paths.map((path) => filesOf({ kind: 'kustomize', id: path, path }, ports)))
  const read = new Set(
    all.flatMap(({ source, files }) => [...files].filter((file) => directoryOf(file) !== source.path)),
  )
  return all.flatMap((one) => {
    const used = [...one.files].some((file) => isOwn(one.source, file) && read.has(file))
    const onTop = [...one.files].some((file) => isKustomization(file) && !isOwn(one.source, file))
    return used && !onTop ? [] : [{ ...one, layer: used }]
  })
}

/** Those that no other one uses. */
async function rootKustomizations(
  paths: readonly string[],
  ports: InputPorts,
): Promise<readonly SourceFiles[]> {
  return (await overlays(paths, ports)).filter(({ layer }) => !layer)
}

const directoryOf = (file: string): string =>
  file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.'
const isKustomization = (file: string): boolean =>
  kustomizationFile.test(file.slice(file.lastIndexOf('/') + 1))

/** The files a source reads; none when it cannot be read, which its rendering will tell. */
async function filesOf(source: Source, { view, renderer }: InputPorts): Promise<SourceFiles> {
  try {
    const inputs = await renderer.inputs(source, view)
    const top = inputs.findLast(
      ({ leaf, role, at }) => leaf && role === 'kustomization' && !isHolder(source, at),
    )
    const renders = top === undefined ? {} : { renders: directoryOf(top.at) }
    return { source, files: new Set(inputs.map(({ path }) => path)), layer: false, ...renders }
  } catch (error) {
    if (error instanceof ExpectedStop) return { source, files: new Set(), layer: false }
    throw error
  }
}

/**
 * The files of every given source, and of everything else in the repository that is rendered: root kustomizations,
 * and the releases that those, the given sources and loose files hold.
 */
export async function filesOfAll(
  named: readonly Source[],
  ports: InputPorts,
): Promise<readonly SourceFiles[]> {
  const { kustomizations, manifests } = await walkDirectories(ports.view, '.')
  const paths = new Set(named.map(({ path }) => path))
  const others = (await overlays(kustomizations, ports)).filter(({ source }) => !paths.has(source.path))
  const roots = others.filter(({ layer }) => !layer)
  const holders = [...named, ...roots.map(({ source }) => source)]
  const held = [...(await heldReleases(holders, ports)), ...(await looseReleases(manifests, ports))]
  const known = new Set(named.map(releaseKey))
  const releases = held.filter((source) => !known.has(releaseKey(source)))
  const found = await Promise.all(releases.map((source) => filesOf(source, ports)))
  // An Application of a kustomization that is named itself is the same roll-out.
  const distinct = found.filter(({ renders }) => renders === undefined || !paths.has(renders))
  const all = [...(await Promise.all(named.map((source) => filesOf(source, ports)))), ...distinct]
  // What an Application renders is rendered through it, and is no root of its own.
  const released = new Set(
    all
      .filter(({ source }) => source.kind === 'release')
      .flatMap(({ source, files }) => innerFiles(source, files)),
  )
  return [
    ...all,
    ...others.filter(
      ({ source, files }) => ![...files].some((file) => isOwn(source, file) && released.has(file)),
    ),
  ]
}

/** Two ways to the same release are one. */
const releaseKey = (source: Source): string =>
  source.kind === 'release'
    ? [source.object.kind, source.object.namespace, source.object.name, source.holder.path].join('\0')
    : source.id

const isHolder = (source: Source, file: string): boolean =>
  source.kind === 'release' && isOwn(source.holder, file)

/** True for the kustomization file of a source itself. */
export const isOwn = ({ path }: Source, file: string): boolean =>
  isKustomization(file) && directoryOf(file) === path

/** The files of a release without the kustomization that holds it. */
const innerFiles = (source: Source, files: ReadonlySet<string>): readonly string[] =>
  source.kind === 'release' ? [...files].filter((file) => !isOwn(source.holder, file)) : [...files]
