import { isScalar } from 'yaml'
import { scheduleOf } from '../model/cron-schedule.ts'
import { triggersOf } from '../model/cron-triggers.ts'
import type { FileEdit, Splice } from '../model/edit.ts'
import { scheduleField } from '../model/field.ts'
import { isOverlayFile } from '../model/overlay.ts'
import type { InsertSite, ListSite, PatchSite, ScalarSite, Site } from '../model/site.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import { applySplices } from '../yaml/splice.ts'
import { setTriggers, triggersPatch } from './cron-items.ts'
import { insertValue } from './insert.ts'
import type { Inserted } from './insertion.ts'
import { setInOverlay } from './overlay-file.ts'
import { byContainer, insertionFor, patchInsertion } from './patch-insertion.ts'
import { bareText, replaceScalar, withoutAffix } from './replace.ts'
import type { WantedEdit } from './wanted-edit.ts'

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
  const inserted = new Set<string>()
  for (const one of byContainer(wanted)) {
    if (one.site.kind === 'scalar') continue
    // Several fields may take one value.
    const place = one.field === scheduleField ? '' : placeKey(one, one.site)
    const problem = inserted.has(place) ? undefined : changeOne(now, one, one.site)
    if (problem === undefined && place !== '') inserted.add(place)
    record(one, problem)
  }
  for (const one of done)
    if (one.site.kind === 'insert' || one.site.kind === 'patch') insertCompanions(now, one, one.site)
  const edits = [...now].flatMap(([file, after]): readonly FileEdit[] => {
    const before = texts.get(file) ?? ''
    return before === after ? [] : [{ file, before, after }]
  })
  return { edits, done: wanted.filter((one) => done.has(one)), refused }
}

/** The key of a values key and what it gets; empty for a place that belongs to one field. */
function placeKey({ field, to }: WantedEdit, site: InsertSite | PatchSite | ListSite): string {
  const { file, document, path } = site
  if (site.kind === 'list') return ''
  if (field.startsWith('env.') || isOverlayFile(file)) return ''
  if (site.kind === 'insert') return JSON.stringify([file, document, path, to])
  return site.merge === undefined ? '' : JSON.stringify([file, document, site.target, site.merge, to])
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

function changeOne(
  now: Map<string, string>,
  wanted: WantedEdit,
  site: InsertSite | PatchSite | ListSite,
): string | undefined {
  if (wanted.field === scheduleField) return setSchedule(now, wanted, site)
  return site.kind === 'list' ? `${site.path.join('.')} is a list` : insertOne(now, wanted, site)
}

/** Writes the cron triggers of a schedule into their list, or into a new patch. */
function setSchedule(
  now: Map<string, string>,
  { to }: WantedEdit,
  site: InsertSite | PatchSite | ListSite,
): string | undefined {
  const [text = '', schedule] = [now.get(site.file), scheduleOf(to)]
  const opened = openYaml(site.file, text, { allowRepeated: true })
  if (!opened.ok) return opened.problem.message
  if (schedule === undefined || site.kind === 'insert') return `${to} cannot be written to ${site.file}`
  const triggers = triggersOf(schedule)
  const changed =
    site.kind === 'list'
      ? setTriggers(opened.yaml, site, triggers)
      : insertValue(opened.yaml, triggersPatch(opened.yaml, site, triggers))
  if (!changed.ok) return refusal(changed, site)
  now.set(site.file, applySplices(text, changed.splices))
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
  const inside = copiedBefore(opened.yaml, site)
  if (inside !== undefined) {
    now.set(site.file, applySplices(text, [{ ...inside, text: bare.to }]))
    return undefined
  }
  const inserted = insertValue(opened.yaml, insertionFor(text, bare, site))
  if (!inserted.ok) return refusal(inserted, site)
  now.set(site.file, applySplices(text, inserted.splices))
  return undefined
}

/** The characters of a value in a list that an edit before has copied, without quotes. */
function copiedBefore(
  { documents, text }: YamlText,
  site: InsertSite | PatchSite,
): Pick<Splice, 'start' | 'end'> | undefined {
  const copied = site.kind === 'insert' ? site.copied : undefined
  const node = copied && documents[site.document]?.getIn([...site.path, ...copied.inner], true)
  if (!isScalar(node) || !node.range) return undefined
  const [start, end] = node.range
  const quotes = bareText(text.slice(start, end)) === text.slice(start, end) ? 0 : 1
  return { start: start + quotes, end: end - quotes }
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
