import { isSeq } from 'yaml'
import type { FileEdit, Splice } from '../model/edit.ts'
import type { FieldAddress } from '../model/field.ts'
import type { JsonPath } from '../model/json.ts'
import { valueAt } from '../model/json.ts'
import { slotIn } from '../model/manifest.ts'
import { isOverlayFile } from '../model/overlay.ts'
import type { InsertSite, PatchSite, ScalarSite, Site, YamlPath } from '../model/site.ts'
import type { WrittenManifest } from '../yaml/manifests.ts'
import { manifestsBelow } from '../yaml/manifests.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import { applySplices } from '../yaml/splice.ts'
import { insertValue } from './insert.ts'
import type { Inserted, Insertion } from './insertion.ts'
import { setInOverlay } from './overlay-file.ts'
import { envItem, patchItem } from './patch.ts'
import { replaceScalar, withoutAffix } from './replace.ts'

/** A value to write at a place in Git. */
export interface WantedEdit extends FieldAddress {
  readonly site: Site
  /** The value as text, without quotes. */
  readonly to: string
  /** The path of the field in its rendered object. */
  readonly rendered?: JsonPath
}

/** Files after the edits, with the edits that were made and those that were not. */
export interface PlannedEdits {
  readonly edits: readonly FileEdit[]
  readonly done: readonly WantedEdit[]
  readonly refused: readonly { readonly wanted: WantedEdit; readonly reason: string }[]
}

/** Writes values into texts: first all replacements of each file by range, then insertions one by one. */
export function planEdits(texts: ReadonlyMap<string, string>, wanted: readonly WantedEdit[]): PlannedEdits {
  const now = new Map(texts)
  const done = new Set<WantedEdit>()
  const refused: { wanted: WantedEdit; reason: string }[] = []
  const record = (one: WantedEdit, reason: string | undefined): void => {
    if (reason === undefined) done.add(one)
    else refused.push({ wanted: one, reason })
  }
  replaceAll(now, wanted, record)
  for (const one of wanted) if (one.site.kind !== 'scalar') record(one, insertOne(now, one, one.site))
  for (const one of done) if (one.site.kind !== 'scalar') insertCompanions(now, one, one.site)
  const edits = [...now].flatMap(([file, after]): readonly FileEdit[] => {
    const before = texts.get(file) ?? ''
    return before === after ? [] : [{ file, before, after }]
  })
  return { edits, done: wanted.filter((one) => done.has(one)), refused }
}

/** Records that an edit was made, or why it was not. */
type RecordEdit = (one: WantedEdit, reason: string | undefined) => void

function replaceAll(now: Map<string, string>, wanted: readonly WantedEdit[], record: RecordEdit): void {
  const byFile = new Map<string, Map<number, Splice>>()
  for (const one of wanted) {
    const { site } = one
    if (site.kind !== 'scalar') continue
    const splices = byFile.get(site.file) ?? new Map<number, Splice>()
    byFile.set(site.file, splices)
    record(one, addReplacement(splices, now.get(site.file), { ...one, site }))
  }
  for (const [file, splices] of byFile)
    now.set(file, applySplices(now.get(file) ?? '', [...splices.values()]))
}

/** Adds the replacement of a scalar to those of its file, by offset. Returns why it cannot be made. */
function addReplacement(
  splices: Map<number, Splice>,
  text: string | undefined,
  wanted: WantedEdit & { readonly site: ScalarSite },
): string | undefined {
  const { to, site } = wanted
  const splice = text === undefined ? undefined : replaceScalar(text, site, wanted)
  if (splice === undefined) return `${site.text} at ${site.file}:${site.line} cannot be replaced by ${to}`
  const other = splices.get(splice.start)
  if (other !== undefined && other.text !== splice.text) {
    return `another field takes its value from ${site.file}:${site.line} too and needs ${other.text} there`
  }
  splices.set(splice.start, splice)
  return undefined
}

function insertOne(
  now: Map<string, string>,
  wanted: WantedEdit,
  site: InsertSite | PatchSite,
): string | undefined {
  const text = now.get(site.file)
  if (text === undefined) return `${site.file} does not exist`
  if (isOverlayFile(site.file)) {
    const updated = setInOverlay(text, wanted, wanted.to)
    if (updated === undefined) return `${site.file} is not a file of recommendations`
    now.set(site.file, updated)
    return undefined
  }
  const opened = openYaml(site.file, text, { allowRepeated: true })
  if (!opened.ok) return opened.problem.message
  const bare = { ...wanted, to: withoutAffix(site, wanted.to) ?? wanted.to }
  const inserted = insertValue(opened.yaml, insertionFor(text, bare, site))
  if (!inserted.ok) return refusal(inserted, site)
  now.set(site.file, applySplices(text, inserted.splices))
  return undefined
}

/** Writes what an inserted value needs beside it, except where another edit has written it already. */
function insertCompanions(now: Map<string, string>, wanted: WantedEdit, site: InsertSite | PatchSite): void {
  const { file, document, companions = [] } = site
  for (const { path, value } of companions) {
    const text = now.get(file) ?? ''
    const opened = openYaml(file, text, { allowRepeated: true })
    if (!opened.ok) return
    const insertion =
      site.kind === 'insert'
        ? { document, path, value }
        : patchInsertion(text, { ...wanted, to: value }, { ...site, merge: path.map(String) })
    const result = insertValue(opened.yaml, insertion)
    // What is refused is written already; the proof shows it if not.
    if (result.ok) now.set(file, applySplices(text, result.splices))
  }
}

const refusal = ({ reason }: Inserted & { readonly ok: false }, { file, path }: Site): string =>
  `${path.join('.')} cannot be added to ${file}: ${reason}`

function insertionFor(text: string, wanted: WantedEdit, site: InsertSite | PatchSite): Insertion {
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
function patchInsertion(text: string, wanted: WantedEdit, site: PatchSite): Insertion {
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
