import { identify } from '../../model/manifest.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { RepositoryView, Source } from '../../model/source.ts'
import { stageOf } from '../../model/stages.ts'
import type { Scan } from '../../trace/sources/scan.ts'
import { readObjects } from '../../yaml/objects.ts'

interface ManifestPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/**
 * The manifests that no other source contains, as sources: the topmost directories with nothing else below them, whose
 * manifests are of one delivery stage and have no object twice; otherwise single files. `read` are the files that other
 * sources read.
 */
export async function findUnmanagedManifests(
  { found, loose }: Scan,
  read: ReadonlySet<string>,
  { view, renderer }: ManifestPorts,
): Promise<readonly Source[]> {
  const managed = found.map(({ source }) => source.path)
  const own = loose.filter(({ path }) => !read.has(path) && !hidden.test(path))
  const checked = await Promise.all(
    own.map(async (source) => ({ source, objects: await objectsIn(view, source.path) })),
  )
  const manifests = checked.filter(({ objects }) => objects.length > 0)
  const isFree = (directory: string): boolean =>
    !managed.some((one) => isBelow(one, directory)) && ![...read].some((file) => isBelow(file, directory))
  const isOneStage = (directory: string): boolean => {
    const below = manifests.filter(({ source }) => isBelow(source.path, directory))
    const stages = new Set(below.map(({ source }) => stageOf([source.path])))
    const objects = below.flatMap((one) => one.objects)
    return stages.size === 1 && new Set(objects).size === objects.length
  }
  const sources = manifests.map(({ source }) => {
    const path = ancestorsOf(source.path).find((one) => isFree(one) && isOneStage(one)) ?? source.path
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

/** What identifies the objects in a file; empty for a file that is no manifest. */
async function objectsIn(view: RepositoryView, file: string): Promise<readonly string[]> {
  try {
    const text = (await view.read(file))?.text ?? ''
    if (!/^apiVersion:/m.test(text) || !/^kind:/m.test(text)) return []
    return readObjects(file, text).map((object, index) => {
      const found = identify(object, '')
      // A list of objects, or one whose name is generated, is like no other.
      return found === undefined ? `${file}#${index}` : `${found.kind}/${found.namespace}/${found.name}`
    })
  } catch (error) {
    // A file that cannot be read, or is no YAML, is no manifest.
    if (error instanceof ExpectedStop) return []
    throw error
  }
}
