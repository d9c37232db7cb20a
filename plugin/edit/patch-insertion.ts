import { isSeq } from 'yaml'
import type { JsonPath } from '../model/json.ts'
import { valueAt } from '../model/json.ts'
import { slotIn } from '../model/manifest.ts'
import type { InsertSite, PatchSite, YamlPath } from '../model/site.ts'
import type { WrittenManifest } from '../yaml/manifests.ts'
import { manifestsBelow } from '../yaml/manifests.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import type { Insertion } from './insertion.ts'
import { envItem, patchItem } from './patch.ts'
import type { WantedEdit } from './wanted-edit.ts'

/** What to create in a file for a value: at the place itself, or in a patch. */
export function insertionFor(text: string, wanted: WantedEdit, site: InsertSite | PatchSite): Insertion {
  return site.kind === 'patch' ? patchInsertion(text, wanted, site) : slotInsertion(site, wanted)
}

function slotInsertion(site: InsertSite | PatchSite, { field, to }: WantedEdit): Insertion {
  const isItem = typeof site.path.at(-1) === 'number'
  if (!field.startsWith('env.') || !(isItem || site.path.at(-1) === 'env')) {
    return { document: site.document, path: site.path, value: to }
  }
  const item = envItem(field.slice('env.'.length), JSON.stringify(to))
  return {
    document: site.document,
    path: site.path,
    value: isItem ? item.map((line) => line.slice(2)) : item,
  }
}

/** A new patch for the object, or an addition to the patch that an edit before added for another of its fields. */
export function patchInsertion(text: string, wanted: WantedEdit, site: PatchSite): Insertion {
  const opened = openYaml(site.file, text, { allowRepeated: true })
  const { document, path } = site
  const list = path.slice(0, -1)
  const first = Number(path.at(-1))
  const isAdded = (one: WrittenManifest): boolean =>
    one.document === document &&
    list.every((step, index) => one.path[index] === step) &&
    Number(one.path[list.length]) >= first
  const written = opened.ok && site.pointer === undefined ? manifestsBelow(opened.yaml, document, list) : []
  for (const patch of written.filter(isAdded)) {
    const slot = isOf(patch, site) ? slotOf(patch, site, wanted) : undefined
    if (slot !== undefined) return slotInsertion({ ...site, path: [...patch.path, ...slot] }, wanted)
  }
  const isVariable = wanted.field.startsWith('env.') && site.merge === undefined
  const item = patchItem(site, { ...wanted, value: isVariable ? JSON.stringify(wanted.to) : wanted.to })
  const count = opened.ok ? itemCount(opened.yaml, document, list) : 0
  return count === 0
    ? { document, path: list, value: item.map((line, at) => `${at === 0 ? '- ' : '  '}${line}`) }
    : { document, path: [...list, count], value: item }
}

/** Where a value goes in a patch that has none yet; `undefined` where it has one, or no place for it. */
function slotOf({ object }: WrittenManifest, { merge }: PatchSite, wanted: WantedEdit): JsonPath | undefined {
  if (merge === undefined) return slotIn(object, wanted)
  return valueAt(object, merge) === undefined ? merge : undefined
}

const isOf = ({ object }: WrittenManifest, { target }: PatchSite): boolean =>
  object['kind'] === target.kind && valueAt(object, ['metadata', 'name']) === target.name

function itemCount({ documents }: YamlText, document: number, list: YamlPath): number {
  const patches = documents[document]?.getIn(list)
  return isSeq(patches) ? patches.items.length : 0
}
