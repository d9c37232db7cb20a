import { posix } from 'node:path'
import { parseOverlay } from '../edit/overlay-file.ts'
import type { Overlay, OverlayPlace, OverlayValue } from '../model/overlay.ts'
import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'

/**
 * Reads the committed recommendations of a source. Values for its cluster win over values for all clusters. Throws `usage`
 * when the name of the cluster cannot be a directory.
 */
export async function readOverlays(
  view: RepositoryView,
  { directory, cluster }: OverlayPlace,
): Promise<readonly Overlay[]> {
  const all = await overlaysIn(view, directory)
  if (cluster === undefined) return all
  if (!/^[\w.-]+$/.test(cluster) || /^\.+$/.test(cluster))
    throw stop('usage', `the cluster name ${cluster} cannot be used as a directory name`)
  return mergeLayers(all, await overlaysIn(view, posix.join(directory, cluster)))
}

async function overlaysIn(view: RepositoryView, directory: string): Promise<readonly Overlay[]> {
  const names = (await view.list(directory)).map(({ name }) => name).filter((name) => name.endsWith('.json'))
  const files = await Promise.all(names.map((name) => view.read(posix.join(directory, name))))
  return files.flatMap((file) => (file === undefined ? [] : [parseOverlay(file.path, file.text)]))
}

/** Removes the values from the weaker overlays that a stronger one sets too. */
function mergeLayers(weak: readonly Overlay[], strong: readonly Overlay[]): readonly Overlay[] {
  const set = new Set(strong.flatMap((overlay) => overlay.values.map((value) => keyOf(overlay, value))))
  const rest = weak.map((overlay) => ({
    ...overlay,
    values: overlay.values.filter((value) => !set.has(keyOf(overlay, value))),
  }))
  return [...rest, ...strong]
}

const keyOf = (
  { workload: { kind, namespace, name } }: Overlay,
  { container, field }: OverlayValue,
): string => [kind, namespace, name, container, field].join('\0')
