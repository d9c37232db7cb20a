import { inParallel } from '../../model/parallel.ts'
import type { Source } from '../../model/source.ts'
import { isRelease, sourceChain } from '../../model/source.ts'
import { composedSources } from './composed.ts'
import { isEntryOf } from './detect.ts'
import { fileTexts } from './file-texts.ts'
import { mentions } from './mentions.ts'
import { nearby } from './nearby.ts'
import type { InputPorts } from './ports.ts'
import { releasesBelow } from './releases.ts'
import type { FoundSource } from './scan.ts'
import { scanRepository } from './scan.ts'
import type { SourceFiles } from './source-files.ts'
import { filesOf, localFiles } from './source-files.ts'
import { areOfTwoDeclarations } from './two-declarations.ts'

/**
 * The sources of a repository: what Flux and Argo CD objects declare, every kustomization that no other one uses, and every
 * chart, by itself and with each values file beside it. A source that one of those objects deploys is not listed again.
 */
export async function discoverSources(ports: InputPorts): Promise<readonly Source[]> {
  const { renderer, view } = ports
  const { found, loose } = await scanRepository(view, renderer.kinds)
  const { composing, others } = split(found)
  const roots = (await composedSources(composing, ports)).filter(({ layer }) => !layer)
  const own = [...roots, ...others].map(({ source }) => source)
  const releases = await releasesBelow([...own, ...loose], ports)
  const all = await Promise.all([...own, ...releases].map((source) => filesOf(source, ports)))
  return withoutDeployed(all, ports).map(({ source }) => source)
}

/** The sources that are built from each other, and all others. */
const split = (found: readonly FoundSource[]) => ({
  composing: found.filter(({ kind }) => kind.composes === true),
  others: found.filter(({ kind }) => kind.composes !== true),
})

/**
 * Sources without those that a release among them deploys: the kustomizations and charts that a release renders, and
 * releases that are found again in what another release renders.
 */
function withoutDeployed(all: readonly SourceFiles[], { renderer }: InputPorts): readonly SourceFiles[] {
  const deployedBy = new Map<string, Source[]>()
  for (const { source, inner } of all.filter((one) => isRelease(one.source)))
    for (const file of inner) deployedBy.set(file, [...(deployedBy.get(file) ?? []), source])
  return all.filter(({ source, files }) => {
    const [outermost = source, ...below] = sourceChain(source)
    // By id: a rendering that is known already has another object for the same source.
    const isSame = (one: Source, other: Source): boolean => one.id === other.id
    const read =
      outermost === source ? files : (all.find((one) => isSame(one.source, outermost))?.files ?? [])
    const entries = [...new Set([...read, outermost.path])].filter((file) =>
      isEntryOf(outermost, file, renderer.kinds),
    )
    const deploying = entries.flatMap((file) => deployedBy.get(file) ?? [])
    return deploying.every((release) => below.some((one) => isSame(one, release)))
  })
}

/**
 * The files of the named sources, and of every other source in the repository that may read a file of those in `asked`:
 * root kustomizations, charts, and the releases that these, the named sources and loose files declare.
 */
export async function filesOfAll(
  named: readonly Source[],
  ports: InputPorts,
  asked: ReadonlySet<string>,
): Promise<readonly SourceFiles[]> {
  const own = await Promise.all(named.map((source) => filesOf(source, ports)))
  const files = own.filter(({ source }) => asked.has(source.id)).flatMap(localFiles)
  const { found, declaring, computing, links } = await unnamedSources({ own, files }, ports)
  // What leads to an object with a computed path may decide that path.
  const isMentioned = mentions([...files, ...computing], links)
  const texts = fileTexts(ports, (text) => isMentioned(text) || ports.renderer.computesPaths(text))
  // A named release may be one of several in its file.
  const around = new Map(named.map((one) => sourceChain(one)[0] ?? one).map((one) => [one.id, one]))
  for (const { id } of named) around.delete(id)
  const releases = await releasesBelow([...named, ...around.values(), ...declaring], ports, texts)
  const unnamed = await unnamedReleases(releases, named, ports)
  const others = [...found, ...unnamed.files]
  const ids = new Set(named.map(({ id }) => id))
  const kept = withoutDeployed([...own, ...others], ports)
  return [
    ...own
      .filter((one) => asked.has(one.source.id) || isRelease(one.source) || kept.includes(one))
      .map((one) => withFrozen(one, unnamed.deployed, ports)),
    ...kept.filter(({ source }) => !ids.has(source.id)),
  ]
}

/** A named source that a release deploys, with what keeps edits of its files from that release. */
function withFrozen(
  one: SourceFiles,
  deployed: readonly Source[],
  { renderer }: Pick<InputPorts, 'renderer'>,
): SourceFiles {
  const keyOf = (source: Source): string => renderer.kindOf(source).rollOutKey(source)
  const { frozen } =
    deployed.find((part) => part.frozen !== undefined && keyOf(part) === keyOf(one.source)) ?? {}
  return frozen === undefined ? one : { ...one, source: { ...one.source, frozen } }
}

/** The named sources with their files, and the files of those that are asked for. */
interface Asked {
  readonly own: readonly SourceFiles[]
  readonly files: readonly string[]
}

/** What is found beside the named sources. */
interface Unnamed {
  readonly found: readonly SourceFiles[]
  /** Every source that may declare releases. */
  readonly declaring: readonly Source[]
  /** The files that declare sources whose paths are relative or generated. */
  readonly computing: readonly string[]
  readonly links: readonly string[]
}

/** Scans the repository for other sources than the named ones, near the files that are asked for. */
async function unnamedSources({ own, files }: Asked, ports: InputPorts): Promise<Unnamed> {
  const scan = await scanRepository(ports.view, ports.renderer.kinds)
  const { composing, others } = split(scan.found)
  const { loose } = scan
  const paths = new Set(own.map(({ source }) => source.path))
  const isUnnamed = ({ source }: { readonly source: Source }): boolean => !paths.has(source.path)
  const texts = fileTexts(ports)
  const allOf = async (some: readonly string[], test: (file: string) => Promise<boolean>) => {
    const judged = await inParallel(some, test)
    return some.filter((_, index) => judged[index])
  }
  const declaringFiles = await allOf(scan.files, texts.mayDeclare)
  const near = await nearby([...files, ...declaringFiles], composing, { scan, view: ports.view })
  const composed = (await composedSources(near, ports)).filter(isUnnamed)
  // A chart may use another one, vendored or by the path of its directory.
  const charts = await Promise.all(others.filter(isUnnamed).map(({ source }) => filesOf(source, ports)))
  // Releases in files that a named source reads are found through that source.
  const read = new Set(own.flatMap((one) => [...one.files]))
  const unread = loose.filter(({ path }) => !read.has(path))
  const roots = [...composed.filter(({ layer }) => !layer), ...charts].map(({ source }) => source)
  const computing = await allOf(declaringFiles, texts.computesPaths)
  return { found: [...composed, ...charts], declaring: [...roots, ...unread], computing, links: scan.links }
}

/** Releases, with their files, that are not named themselves, and what the others of them deploy that is named. */
async function unnamedReleases(
  releases: readonly Source[],
  named: readonly Source[],
  ports: InputPorts,
): Promise<{ readonly files: readonly SourceFiles[]; readonly deployed: readonly Source[] }> {
  const { renderer, view } = ports
  const keyOf = (source: Source): string => renderer.kindOf(source).rollOutKey(source)
  const known = new Set(named.map(keyOf))
  const isNamed = (source: Source): boolean =>
    named.some((one) => keyOf(one) === keyOf(source) && !areOfTwoDeclarations(one, source))
  const unknown = releases.filter((source) => !known.has(keyOf(source)) || !isNamed(source))
  // A release is found again below each source of its chain.
  const others = [...new Map(unknown.map((source) => [source.id, source])).values()]
  const files = await Promise.all(others.map((source) => filesOf(source, ports)))
  const deployed = await inParallel(others, async (source) => {
    const parts = isRelease(source) ? await renderer.parts(source, view) : []
    return parts.filter((part) => known.has(keyOf(part)))
  })
  return { files: files.filter((_, index) => deployed[index]?.length === 0), deployed: deployed.flat() }
}
