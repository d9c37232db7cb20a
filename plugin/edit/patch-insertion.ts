import { isSeq } from 'yaml'
import { isContainerField } from '../model/field.ts'
import { groupBy } from '../model/group.ts'
import type { JsonPath } from '../model/json.ts'
import { valueAt } from '../model/json.ts'
import { slotIn } from '../model/manifest.ts'
import type { InsertSite, PatchSite, YamlPath } from '../model/site.ts'
import type { WrittenManifest } from '../yaml/manifests.ts'
import { manifestsBelow } from '../yaml/manifests.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import type { Insertion } from './insertion.ts'
import {
  containerItems,
  containerListPath,
  envItem,
  jsonOperation,
  namePattern,
  type PatchValue,
  patchItem,
} from './patch.ts'
import type { WantedEdit } from './wanted-edit.ts'

/** What to create in a file for a value: at the place itself, or in a patch. */
export function insertionFor(text: string, wanted: WantedEdit, site: InsertSite | PatchSite): Insertion {
  return site.kind === 'patch' ? patchInsertion(text, wanted, site) : slotInsertion(site, wanted)
}

function slotInsertion(site: InsertSite | PatchSite, { field, to }: WantedEdit): Insertion {
  const copied = site.kind === 'insert' ? site.copied : undefined
  if (copied !== undefined)
    return {
      document: site.document,
      path: site.path,
      value: `${copied.before}${to}${copied.after}`.split('\n'),
    }
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

/** The edits, those of one patch from the last container to the first: none needs an item for those before it then. */
export function byContainer(wanted: readonly WantedEdit[]): readonly WantedEdit[] {
  const groups = groupBy(wanted, ({ site }) =>
    site.kind === 'patch' ? JSON.stringify([site.file, site.path, site.target]) : '',
  )
  return [...groups].flatMap(([key, group]) =>
    key === '' ? group : group.toSorted((one, other) => positionOf(other) - positionOf(one)),
  )
}

function positionOf({ site, container = '' }: WantedEdit): number {
  const { list = '', names = [] } = site.kind === 'patch' ? (site.containers ?? {}) : {}
  // Containers first, so that their patch gets the init containers too.
  return names.indexOf(container) + (list === 'containers' ? names.length : 0)
}

/** A new patch for the object, or an addition to the patch that an edit before added for another of its fields. */
export function patchInsertion(text: string, wanted: WantedEdit, site: PatchSite): Insertion {
  const opened = openYaml(site.file, text, { allowRepeated: true })
  const { document, path } = site
  const list = path.slice(0, -1)
  const isVariable = wanted.field.startsWith('env.') && site.merge === undefined
  // KEDA takes strings alone in the metadata of a trigger.
  const isTrigger = site.target.kind === 'ScaledObject' && wanted.field.startsWith('hpa.target.')
  const value = { ...wanted, value: isVariable || isTrigger ? JSON.stringify(wanted.to) : wanted.to }
  const operation = jsonOperation(site, value)
  const added = opened.ok
    ? operation === undefined
      ? inMergePatch(opened.yaml, wanted, { site, value })
      : inJsonPatch(opened.yaml, site, operation)
    : undefined
  if (added !== undefined) return added
  const item = patchItem(site, value)
  const count = opened.ok ? itemCount(opened.yaml, document, list) : 0
  return count === 0
    ? { document, path: list, value: item.map((line, at) => `${at === 0 ? '- ' : '  '}${line}`) }
    : { document, path: [...list, count], value: item }
}

interface Patched {
  readonly site: PatchSite
  readonly value: PatchValue
}

/** A place in a merge patch that this run added for the object. */
function inMergePatch(yaml: YamlText, wanted: WantedEdit, { site, value }: Patched): Insertion | undefined {
  if (site.pointer !== undefined) return undefined
  const list = site.path.slice(0, -1)
  const isAdded = (one: WrittenManifest): boolean =>
    one.document === site.document &&
    list.every((step, index) => one.path[index] === step) &&
    Number(one.path[list.length]) >= Number(site.path.at(-1)) &&
    isOf(one, site)
  for (const patch of manifestsBelow(yaml, site.document, list).filter(isAdded)) {
    const slot = slotOf(patch, site, wanted)
    if (slot !== undefined) return slotInsertion({ ...site, path: [...patch.path, ...slot] }, wanted)
    const containers = containerListPath(site)
    const hasNone = site.merge === undefined && valueAt(patch.object, containers) === undefined
    if (hasNone && isContainerField(wanted.field))
      return {
        document: site.document,
        path: [...patch.path, ...containers],
        value: containerItems(site, value),
      }
  }
  return undefined
}

/** Where a value goes in a patch that has none yet; `undefined` where it has one, or no place for it. */
function slotOf({ object }: WrittenManifest, { merge }: PatchSite, wanted: WantedEdit): JsonPath | undefined {
  if (merge === undefined) return slotIn(object, wanted)
  return valueAt(object, merge) === undefined ? merge : undefined
}

/** The end of a JSON patch that this run added for the object. */
function inJsonPatch(
  { documents }: YamlText,
  { document, path, target }: PatchSite,
  operation: readonly string[],
): Insertion | undefined {
  const list = path.slice(0, -1)
  const patches = documents[document]?.getIn(list)
  if (!isSeq(patches)) return undefined
  for (let index = Number(path.at(-1)); index < patches.items.length; index++) {
    const [kind, name, patch] = [['target', 'kind'], ['target', 'name'], ['patch']].map((keys) =>
      patches.getIn([index, ...keys]),
    )
    if (kind !== target.kind || name !== namePattern(target.name) || typeof patch !== 'string') continue
    const count = patch.split('\n').filter((line) => line.startsWith('- ')).length
    return { document, path: [...list, index, 'patch', '|', 0, count], value: operation }
  }
  return undefined
}

const isOf = ({ object }: WrittenManifest, { target }: PatchSite): boolean =>
  object['kind'] === target.kind && valueAt(object, ['metadata', 'name']) === target.name

function itemCount({ documents }: YamlText, document: number, list: YamlPath): number {
  const patches = documents[document]?.getIn(list)
  return isSeq(patches) ? patches.items.length : 0
}
