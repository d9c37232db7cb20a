import type { RepositoryView } from '../../model/source.ts'
import { walkDirectories } from '../../trace/sources/walk-repository.ts'

/**
 * Directories of manifests that stand in no kustomization or chart, the topmost ones; single files where something else
 * lies below. `read` are the files that other sources read: they are rolled out with those.
 */
export async function findUnmanagedManifests(
  view: RepositoryView,
  read: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { kustomizations, charts, manifests } = await walkDirectories(view)
  const managed = [...kustomizations, ...charts.map(({ path }) => path)]
  const own = manifests.filter((file) => !read.has(file) && !hidden.test(file))
  const marked = await Promise.all(own.map(async (file) => ((await isManifest(view, file)) ? [file] : [])))
  const files = marked.flat()
  const free = (directory: string): boolean =>
    !managed.some((one) => isBelow(one, directory)) && ![...read].some((file) => isBelow(file, directory))
  const paths = files.map((file) => ancestorsOf(file).find(free) ?? file)
  return [...new Set(paths)]
}

const hidden = /(^|\/)\./

/** The directories that a file stands in, topmost first; the root is none of them. */
const ancestorsOf = (file: string): readonly string[] => {
  const steps = file.split('/').slice(0, -1)
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}

const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}/`)

async function isManifest(view: RepositoryView, file: string): Promise<boolean> {
  const text = await view.read(file).then(
    (one) => one?.text ?? '',
    () => '',
  )
  return /^apiVersion:/m.test(text) && /^kind:/m.test(text)
}
