import { inParallel } from '../../model/parallel.ts'
import type { SourceKind } from '../../model/renderer.ts'
import type { RepositoryView, Source, ViewEntry } from '../../model/source.ts'
import { detectKind } from './detect.ts'

/** A source in a directory, with its kind. */
export interface FoundSource {
  readonly kind: SourceKind
  readonly source: Source
}

/** What the directories of a repository contain, before anything is rendered. */
export interface Scan {
  /** The sources of each directory, outer directories first. */
  readonly found: readonly FoundSource[]
  /** The manifests in directories that are of no other kind, each file as a source. */
  readonly loose: readonly Source[]
  /** Every file outside charts and the like, which are read whole. */
  readonly files: readonly string[]
  readonly links: readonly string[]
}

const skipped = new Set(['.git', 'node_modules'])

/** Scans a repository once for sources; links are not followed. */
export async function scanRepository(
  view: RepositoryView,
  kinds: readonly SourceKind[],
  directory = '.',
): Promise<Scan> {
  const entries = await view.list(directory)
  const { kind, detected } = await detectKind({ path: directory, entries }, view, kinds)
  const { sources, loose = [], whole = false } = detected
  const namesOf = (wanted: ViewEntry['kind']): readonly string[] =>
    entries.filter((one) => one.kind === wanted).map(({ name }) => name)
  const at = (name: string): string => (directory === '.' ? name : `${directory}/${name}`)
  const inside = whole ? [] : namesOf('directory').filter((name) => !skipped.has(name))
  const below = await inParallel(inside, (name) => scanRepository(view, kinds, at(name)))
  return {
    found: [
      ...sources.map((hint) => ({ kind, source: kind.identify(hint) })),
      ...below.flatMap((one) => one.found),
    ],
    loose: [...loose.map((path) => kind.identify({ path })), ...below.flatMap((one) => one.loose)],
    files: [...(whole ? [] : namesOf('file').map(at)), ...below.flatMap((one) => one.files)],
    links: [...namesOf('link').map(at), ...below.flatMap((one) => one.links)],
  }
}
