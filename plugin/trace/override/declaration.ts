import { type Json, valueAt } from '../../model/json.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { InsertSite, YamlPath } from '../../model/site.ts'
import type { InputFile, ReleaseSource, RepositoryView } from '../../model/source.ts'
import { sourceChain } from '../../model/source.ts'
import type { WrittenManifest } from '../../yaml/manifests.ts'
import { manifestsIn } from '../../yaml/manifests.ts'
import type { YamlText } from '../../yaml/open.ts'
import { yamlInView } from '../yaml-in-view.ts'
import { type DocumentPath, insertSite } from './insert-site.ts'
import type { OverrideLayer } from './layer.ts'

/** A release whose object may take an override. */
export interface DeclaredLayer {
  readonly source: ReleaseSource
  readonly inputs: readonly InputFile[]
}

/** A release, and which places of its values are meant. */
interface DeclaredValues extends DeclaredLayer {
  /** Only in objects that have values already, or in any. */
  readonly only: 'written' | 'any'
  readonly isUsable?: (written: WrittenDeclaration) => boolean
}

interface DeclarationPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
}

/**
 * Where the object that declares a release takes a values key: in the most specific layer that has the object or a patch
 * of it.
 */
export async function declaredValuesSite(
  keys: YamlPath,
  { only, isUsable = () => true, ...layer }: DeclaredValues,
  ports: DeclarationPorts,
): Promise<InsertSite | null> {
  const format = ports.renderer.format(layer.source.declaredBy.kind)
  for (const written of await writtenDeclarations(layer, ports)) {
    if (!isUsable(written)) continue
    const { manifest, yaml, file } = written
    const values = format?.valuesAt(manifest.object)
    if (values === undefined || (only === 'written' && !values.written)) continue
    const path = [...manifest.path, ...values.path, ...keys]
    const site = insertSite(yaml, { file, document: manifest.document, path })
    if (site !== undefined) return site
  }
  return null
}

/** The values in the object that declares a release, with their places, the most specific layer first. */
export async function declaredValues(
  layer: DeclaredLayer,
  ports: DeclarationPorts,
): Promise<readonly (DocumentPath & { readonly value: Json })[]> {
  const format = ports.renderer.format(layer.source.declaredBy.kind)
  return (await writtenDeclarations(layer, ports)).flatMap(({ manifest, file }) => {
    const place = format?.valuesAt(manifest.object)
    const value =
      place &&
      valueAt(
        manifest.object,
        place.path.filter((step) => step !== '|'),
      )
    return place === undefined || value === undefined
      ? []
      : [{ file, document: manifest.document, path: [...manifest.path, ...place.path], value }]
  })
}

/** A release, and which patches of it are meant. */
export interface DeclaredPatches extends DeclaredLayer {
  readonly of?: 'kustomization' | 'chart'
}

/** A list of patches as it is written in an object; absent where it has none yet. */
interface PatchList {
  readonly written?: Json
}

/**
 * The list of patches in the object that declares a release: those of its kustomization, or of what a chart renders to.
 * `undefined` when it cannot have one.
 */
export async function declaredPatches(
  layer: DeclaredPatches,
  ports: DeclarationPorts,
): Promise<(DocumentPath & PatchList) | undefined> {
  const [first] = await writtenDeclarations(layer, ports)
  const format = ports.renderer.format(layer.source.declaredBy.kind)
  const listIn = layer.of === 'chart' ? format?.postRenderPatchesAt : format?.patchesAt
  const list = first && listIn?.(first.manifest.object)
  if (first === undefined || list === undefined) return undefined
  const { file, manifest } = first
  const written = valueAt(manifest.object, list)
  const path = [...manifest.path, ...list]
  return { file, document: manifest.document, path, ...(written === undefined ? {} : { written }) }
}

/** A declaring object as it is written in a file. */
export interface WrittenDeclaration {
  readonly file: string
  readonly levelsUp: number
  readonly yaml: YamlText
  readonly manifest: WrittenManifest
}

/** The object that declares a release, and patches of it, the most specific layer first. */
export async function writtenDeclarations(
  { source, inputs }: DeclaredLayer,
  { view, renderer }: DeclarationPorts,
): Promise<readonly WrittenDeclaration[]> {
  const layers = inputs.filter(
    ({ role }) => role === 'patch' || role === 'manifest' || role === 'kustomization',
  )
  const ordered = [
    ...layers.filter(({ topLayer }) => topLayer),
    ...layers.filter(({ topLayer }) => !topLayer),
  ]
  const found = await Promise.all(
    ordered.map(async ({ path: file, levelsUp = 0 }): Promise<readonly WrittenDeclaration[]> => {
      const yaml = await yamlInView(file, view)
      if (yaml === undefined) return []
      const declarations = declarationsIn(yaml, source, renderer)
      return declarations.map((manifest) => ({ file, levelsUp, yaml, manifest }))
    }),
  )
  return found.flat()
}

/**
 * Whether a declaration is for one release alone: nothing reads its file but through the source that this release is declared
 * through, and a patch in an object is in the object that applies it.
 */
export const isForOne =
  ({ source, isReadBeside }: Pick<OverrideLayer, 'source' | 'isReadBeside'>) =>
  ({ file, levelsUp, yaml, manifest }: WrittenDeclaration): boolean => {
    const through = sourceChain(source).at(-1 - levelsUp) ?? source
    if (isReadBeside(file, through)) return false
    const around = manifestsIn(yaml).find(
      ({ document, path }) =>
        document === manifest.document &&
        path.length < manifest.path.length &&
        path.every((step, index) => step === manifest.path[index]),
    )
    const by = sourceChain(source).at(-levelsUp)?.declaredBy
    return (
      around === undefined ||
      levelsUp < 2 ||
      (around.object['kind'] === by?.kind && valueAt(around.object, ['metadata', 'name']) === by?.name)
    )
  }

/** The places in a file that declare a release, whole objects and patches of them. */
function declarationsIn(
  yaml: YamlText,
  { declaredBy: { kind, name } }: ReleaseSource,
  renderer: Renderer,
): readonly WrittenManifest[] {
  const entriesIn = renderer.format(kind)?.entriesIn
  if (entriesIn === undefined)
    return manifestsIn(yaml).filter(
      ({ object }) => object['kind'] === kind && valueAt(object, ['metadata', 'name']) === name,
    )
  return yaml.documents.flatMap((document, index) =>
    entriesIn(document.toJS())
      .filter((entry) => entry.name === name)
      .map(({ path, object }) => ({ document: index, path, object })),
  )
}
