import type { Renderer } from '../../model/renderer.ts'
import type { RepositoryView, Source } from '../../model/source.ts'
import type { Scan } from '../../trace/sources/scan.ts'

interface ManifestPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/**
 * The manifests that no other source contains, as sources: the topmost directories with nothing else below them, otherwise
 * single files. `read` are the files that other sources read.
 */
export async function findUnmanagedManifests(
  { found, loose }: Scan,
  read: ReadonlySet<string>,
  { view, renderer }: ManifestPorts,
): Promise<readonly Source[]> {
  const managed = found.map(({ source }) => source.path)
  const own = loose.filter(({ path }) => !read.has(path) && !hidden.test(path))
  const checked = await Promise.all(
    own.map(async (source) => ((await isManifest(view, source.path)) ? [source] : [])),
  )
  const isFree = (directory: string): boolean =>
    !managed.some((one) => isBelow(one, directory)) && ![...read].some((file) => isBelow(file, directory))
  const sources = checked.flat().map((source) => {
    const path = ancestorsOf(source.path).find(isFree) ?? source.path
    return renderer.kinds.find(({ name }) => name === source.kind)?.identify({ path }) ?? source
  })
  return [...new Map(sources.map((source) => [source.path, source])).values()]
}

const hidden = /(^|\/)\./

/** The directories that contain a file, topmost first, without the root. */
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
