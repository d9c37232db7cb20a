import { posix } from 'node:path'
import { parseOverlay } from '../edit/overlay-file.ts'
import type { Overlay, OverlayPlace, OverlayValue } from '../model/overlay.ts'
import { stop } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'

/** Reads the committed recommendations of a source, those of the cluster over those for all. */
export async function readOverlays(
  view: RepositoryView,
  { directory, cluster }: OverlayPlace,
): Promise<readonly Overlay[]> {
  const all = await overlaysIn(view, directory)
  if (cluster === undefined) return all
  if (!/^[\w.-]+$/.test(cluster) || /^\.+$/.test(cluster))
    throw stop('usage', `${cluster} cannot be the name of a cluster's directory`)
  return layered(all, await overlaysIn(view, posix.join(directory, cluster)))
}

async function overlaysIn(view: RepositoryView, directory: string): Promise<readonly Overlay[]> {
  const names = (await view.list(directory)).map(({ name }) => name).filter((name) => name.endsWith('.json'))
  const files = await Promise.all(names.map((name) => view.read(posix.join(directory, name))))
  return files.flatMap((file) => (file === undefined ? [] : [parseOverlay(file.path, file.text)]))
}

/** The weaker overlays without what the stronger ones set too. */
function layered(weak: readonly Overlay[], strong: readonly Overlay[]): readonly Overlay[] {
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
