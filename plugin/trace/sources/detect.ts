import type { ScannedPlace, SourceKind } from '../../model/renderer.ts'
import type { RepositoryView, Source } from '../../model/source.ts'

/** The first kind that detects something at a place, and what it found. Throws when no kind takes the place. */
export async function detectKind<K extends SourceKind>(
  place: ScannedPlace,
  view: RepositoryView,
  kinds: readonly K[],
) {
  for (const kind of kinds) {
    const detected = await kind.detect(place, view)
    if (detected !== undefined) return { kind, detected }
  }
  throw new Error(`no kind of source takes ${place.path}`)
}

/** Whether a file is the entry file of a source: its kustomization, its Chart.yaml, or the file itself. */
export function isEntryOf(source: Source, file: string, kinds: readonly SourceKind[]): boolean {
  const kind = kinds.find(({ name }) => name === source.kind)
  if (kind?.entry === undefined) return file === source.path
  return isEntryFile(kind, file) && directoryOf(file) === source.path
}

/** Whether a file is the entry file of any source of a kind. */
export const isEntryFile = ({ entry }: SourceKind, file: string): boolean =>
  entry?.test(file.slice(file.lastIndexOf('/') + 1)) === true

/** The directory of a file; `.` for one at the root. */
export const directoryOf = (file: string): string =>
  file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.'
