import { textOf, valueAt } from '../model/json.ts'
import type { ConsideredLayer, YamlPath } from '../model/site.ts'
import type { InputFile, RepositoryView } from '../model/source.ts'
import type { WrittenManifest } from '../yaml/manifests.ts'
import { manifestsIn } from '../yaml/manifests.ts'
import type { YamlText } from '../yaml/open.ts'
import type { Candidate } from './dye/candidate.ts'
import { classifyByName } from './dye/classify.ts'
import { findCandidates } from './dye/find-candidates.ts'
import { yamlInView } from './yaml-in-view.ts'

/**
 * The other scalars of a source at the same keys as the one that sets a field: weaker layers, which it overrides.
 * Positions in lists are ignored, since each layer has its own order.
 */
export async function consideredLayers(
  site: Candidate,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<readonly ConsideredLayer[]> {
  const all = await findCandidates(inputs, view, classifyByName)
  const alike = all.filter(
    (one) => one.role !== 'template' && !isSame(one, site) && isAlike(one.path, site.path),
  )
  const own = await ownerOf(site, view)
  const owners = await Promise.all(alike.map((one) => ownerOf(one, view)))
  return alike
    .filter((_, index) => agree(own, owners[index]))
    .map(({ file, line, column, text }) => ({
      file,
      line,
      column,
      text,
      why: `${site.file}:${site.line} overrides it`,
    }))
}

/** The object and container that a scalar is written for. */
interface Owner {
  readonly object: string
  readonly container: string | undefined
}

const written = new WeakMap<YamlText, readonly WrittenManifest[]>()

async function ownerOf(
  { file, document, path }: Candidate,
  view: RepositoryView,
): Promise<Owner | undefined> {
  const yaml = await yamlInView(file, view)
  if (yaml === undefined) return undefined
  const manifests = written.get(yaml) ?? manifestsIn(yaml)
  written.set(yaml, manifests)
  const manifest = manifests.find(
    (one) => one.document === document && one.path.every((step, index) => path[index] === step),
  )
  if (manifest === undefined) return undefined
  const inner = path.slice(manifest.path.length)
  const item = inner.findIndex((step) => typeof step === 'number')
  return {
    object: `${manifest.object['kind']}/${valueAt(manifest.object, ['metadata', 'name'])}`,
    container: textOf(valueAt(manifest.object, [...inner.slice(0, item + 1), 'name'])),
  }
}

/** Whether two scalars can be for the same object. Values files have no objects, so theirs may be for any. */
const agree = (one: Owner | undefined, other: Owner | undefined): boolean =>
  one === undefined ||
  other === undefined ||
  (one.object === other.object && one.container === other.container)

const isSame = (one: Candidate, other: Candidate): boolean =>
  one.file === other.file && one.range[0] === other.range[0]

/** Whether one path ends with the keys of the other; two keys alone are too few to compare. */
function isAlike(one: YamlPath, other: YamlPath): boolean {
  const [left, right] = [one, other].map((path) =>
    path.filter((step) => typeof step === 'string' && step !== '|'),
  )
  const length = Math.min(left?.length ?? 0, right?.length ?? 0)
  return length > 2 && left?.slice(-length).join('\0') === right?.slice(-length).join('\0')
}
