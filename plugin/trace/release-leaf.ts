import { valueAt } from '../model/json.ts'
import type { InsertSite, YamlPath } from '../model/site.ts'
import type { InputFile, ReleaseSource, RepositoryView } from '../model/source.ts'
import type { WrittenManifest } from '../yaml/manifests.ts'
import { manifestsIn } from '../yaml/manifests.ts'
import { placeOf, stands } from './kustomize-leaf.ts'
import { yamlInView } from './yaml-in-view.ts'

/** Where the object that declares a release takes a values key: in the most specific layer that has the object or a patch of it. */
export async function releaseValuesPath(
  keys: YamlPath,
  { source, inputs }: { readonly source: ReleaseSource; readonly inputs: readonly InputFile[] },
  view: RepositoryView,
): Promise<InsertSite | null> {
  const layers = inputs.filter(
    ({ role }) => role === 'patch' || role === 'manifest' || role === 'kustomization',
  )
  const ordered = [...layers.filter(({ leaf }) => leaf), ...layers.filter(({ leaf }) => !leaf)]
  for (const { path: file } of ordered) {
    const yaml = await yamlInView(file, view)
    if (yaml === undefined) continue
    const manifest = manifestsIn(yaml).find((one) => isOf(one, source))
    if (manifest === undefined) continue
    const path = [...manifest.path, ...valuesRoot(manifest, source), ...keys]
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

const isOf = ({ object }: WrittenManifest, { object: wanted }: ReleaseSource): boolean =>
  object['kind'] === wanted.kind && valueAt(object, ['metadata', 'name']) === wanted.name

/** The path of the values inside the object; an Application may hold them as a mapping or as a text. */
function valuesRoot({ object }: WrittenManifest, { object: { kind } }: ReleaseSource): YamlPath {
  if (kind === 'HelmRelease') return ['spec', 'values']
  const sources = valueAt(object, ['spec', 'sources'])
  const index = Array.isArray(sources) ? sources.findIndex((one) => valueAt(one, ['path']) !== undefined) : -1
  const helm: YamlPath = index === -1 ? ['spec', 'source', 'helm'] : ['spec', 'sources', index, 'helm']
  const isText = typeof valueAt(object, [...helm, 'values']) === 'string'
  return isText ? [...helm, 'values', '|'] : [...helm, 'valuesObject']
}
