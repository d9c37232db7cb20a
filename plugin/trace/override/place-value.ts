import type { FieldAddress } from '../../model/field.ts'
import type { InsertSite, PatchSite, YamlPath } from '../../model/site.ts'
import type { RepositoryView } from '../../model/source.ts'
import { isRelease } from '../../model/source.ts'
import type { TracePorts } from '../dye/render-marked.ts'
import { yamlInView } from '../yaml-in-view.ts'
import { declaredValuesSite, isForOne, type WrittenDeclaration } from './declaration.ts'
import { elementValuesSite } from './element-values.ts'
import { insertSite } from './insert-site.ts'
import type { OverrideLayer } from './layer.ts'
import { releasePatch } from './object-patch.ts'
import { parentValuesSite } from './parent-values.ts'

/** Where a value of a source goes: into values, or into a patch of the object that has them. */
export type ValuesSite = InsertSite | PatchSite

/**
 * Where a values key is written for one source: in the values of the object that declares the source, if it has any; else
 * in the last values file, if no other source reads it; else in new values of the object; else in the values of the source
 * that renders the object; else in a patch of the object. An object that other sources read too is not edited, unless there
 * is no other place.
 */
export async function placeValue(
  keys: YamlPath,
  layer: OverrideLayer,
  { field, ports }: { readonly field: FieldAddress; readonly ports: TracePorts },
): Promise<ValuesSite | null> {
  const { source, inputs, isShared, isReadBeside } = layer
  const file = inputs.find(
    ({ topLayer, role, levelsUp }) =>
      topLayer && levelsUp === undefined && (role === 'values' || role === 'chart-values'),
  )?.path
  const isOwn = file !== undefined && (!isRelease(source) || !isShared(file))
  const inOwnFile = () => (isOwn ? inFile(keys, file, ports.view) : null)
  if (!isRelease(source)) return inOwnFile()
  const isForThis = isForOne({ source, isReadBeside })
  // What a generator makes from one template has the template in common.
  const isOwnObject = (written: WrittenDeclaration): boolean =>
    isForThis(written) && (source.declaredBy.generated === undefined || !isShared(written.file))
  const inObject = (only: 'written' | 'any', isUsable = isOwnObject) =>
    declaredValuesSite(keys, { source, inputs, only, isUsable }, ports)
  const isRead = (one: string): boolean => isReadBeside(one, source.declaredIn)
  return (
    (await inObject('written')) ??
    (await inOwnFile()) ??
    (await inObject('any')) ??
    (await parentValuesSite(keys, { source, inputs, isRead }, ports)) ??
    (await elementValuesSite(keys, { source, inputs }, ports)) ??
    (await releasePatch({ field, keys }, layer, ports)) ??
    (await inObject('any', () => true))
  )
}

async function inFile(keys: YamlPath, file: string, view: RepositoryView): Promise<InsertSite | null> {
  const yaml = await yamlInView(file, view)
  return (yaml && insertSite(yaml, { file, document: 0, path: keys })) ?? null
}
