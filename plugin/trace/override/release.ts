import type { JsonObject } from '../../model/json.ts'
import { isJsonObject, listOf, valueAt } from '../../model/json.ts'
import type { InsertSite, YamlPath } from '../../model/site.ts'
import type { DeclaringKind, InputFile, ReleaseSource, RepositoryView } from '../../model/source.ts'
import type { WrittenManifest } from '../../yaml/manifests.ts'
import { manifestsIn } from '../../yaml/manifests.ts'
import type { YamlText } from '../../yaml/open.ts'
import { yamlInView } from '../yaml-in-view.ts'
import { placeOf, stands } from './kustomize.ts'

/** Which values of an object count: those it has already, or any, new ones included. */
interface ReleasePlace {
  readonly source: ReleaseSource
  readonly inputs: readonly InputFile[]
  readonly only: 'written' | 'any'
}

/** Where the object that declares a release takes a values key: in the most specific layer that has the object or a patch of it. */
export async function releaseValuesPath(
  keys: YamlPath,
  { source, inputs, only }: ReleasePlace,
  view: RepositoryView,
): Promise<InsertSite | null> {
  for (const { manifest, yaml, file } of await writtenDeclarations(source, inputs, view)) {
    const root = valuesRoot(manifest.object, source)
    if (root === undefined || (only === 'written' && !root.written)) continue
    const path = [...manifest.path, ...root.path, ...keys]
    if (stands(yaml, manifest.document, path)) continue
    return {
      kind: 'insert',
      file,
      ...placeOf(yaml, manifest.document, path),
      document: manifest.document,
      path,
    }
  }
  return null
}

/** A declaring object as it stands in a file. */
interface WrittenDeclaration {
  readonly file: string
  readonly yaml: YamlText
  readonly manifest: WrittenManifest
}

/** The object that declares a release, and patches of it, the most specific layer first. */
async function writtenDeclarations(
  source: ReleaseSource,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<readonly WrittenDeclaration[]> {
  const layers = inputs.filter(
    ({ role }) => role === 'patch' || role === 'manifest' || role === 'kustomization',
  )
  const ordered = [...layers.filter(({ leaf }) => leaf), ...layers.filter(({ leaf }) => !leaf)]
  const found = await Promise.all(
    ordered.map(async ({ path: file }): Promise<readonly WrittenDeclaration[]> => {
      const yaml = await yamlInView(file, view)
      if (yaml === undefined) return []
      const manifests = source.object.kind === 'Helmfile' ? helmfileIn(yaml) : manifestsIn(yaml)
      return manifests.filter((one) => isOf(one, source)).map((manifest) => ({ file, yaml, manifest }))
    }),
  )
  return found.flat()
}

/** The releases of a helmfile, as if they were objects. */
const helmfileIn = (yaml: YamlText): readonly WrittenManifest[] =>
  yaml.documents.flatMap((document, index) =>
    listOf(valueAt(document.toJS(), ['releases'])).flatMap((release, at) =>
      isJsonObject(release) ? [{ document: index, path: ['releases', at], object: release }] : [],
    ),
  )

const isOf = ({ object }: WrittenManifest, { object: wanted }: ReleaseSource): boolean =>
  wanted.kind === 'Helmfile'
    ? object['name'] === wanted.name
    : object['kind'] === wanted.kind && valueAt(object, ['metadata', 'name']) === wanted.name

interface ValuesRoot {
  readonly path: YamlPath
  /** True when there are values already. */
  readonly written: boolean
}

/** The path of the values inside the object; an Application may hold them as a mapping or as a text. */
function valuesRoot(object: JsonObject, { object: { kind } }: ReleaseSource): ValuesRoot | undefined {
  const has = (path: YamlPath): boolean => valueAt(object, path) !== undefined
  switch (kind) {
    case 'HelmRelease':
      return { path: ['spec', 'values'], written: true }
    case 'Helmfile': {
      const layers = listOf(object['values'])
      const last = layers.length - 1
      return isJsonObject(layers[last]) ? { path: ['values', last], written: true } : undefined
    }
    case 'Application':
    case 'ApplicationSet': {
      const spec: YamlPath = kind === 'Application' ? ['spec'] : ['spec', 'template', 'spec']
      const sources = listOf(valueAt(object, [...spec, 'sources']))
      const index = sources.findIndex((one) => valueAt(one, ['path']) !== undefined)
      const helm = index === -1 ? [...spec, 'source', 'helm'] : [...spec, 'sources', index, 'helm']
      const isText = typeof valueAt(object, [...helm, 'values']) === 'string'
      if (isText) return { path: [...helm, 'values', '|'], written: true }
      return { path: [...helm, 'valuesObject'], written: has([...helm, 'valuesObject']) }
    }
    case 'Kustomization':
      return undefined
    default:
      return kind satisfies never
  }
}

/** Where the object that declares a roll-out of a kustomization lists patches of its own. */
export async function releasePatches(
  { source, inputs }: Pick<ReleasePlace, 'source' | 'inputs'>,
  view: RepositoryView,
): Promise<{ readonly file: string; readonly document: number; readonly path: YamlPath } | undefined> {
  const inner = patchLists[source.object.kind]
  const [first] = await writtenDeclarations(source, inputs, view)
  if (inner === undefined || first === undefined) return undefined
  const { file, manifest } = first
  // Of several sources, it cannot be told here which one the patch is for.
  if (valueAt(manifest.object, ['spec', 'sources']) !== undefined) return undefined
  return { file, document: manifest.document, path: [...manifest.path, ...inner] }
}

const patchLists: Readonly<Partial<Record<DeclaringKind, YamlPath>>> = {
  Kustomization: ['spec', 'patches'],
  Application: ['spec', 'source', 'kustomize', 'patches'],
}
