import { isScalar } from 'yaml'
import { insertValue } from '../../edit/insert.ts'
import type { FileEdit } from '../../model/edit.ts'
import { textOf, valueAt } from '../../model/json.ts'
import type { RepositoryView } from '../../model/source.ts'
import type { ActiveWriter } from '../../run/survey/former-rules.ts'
import { manifestsIn } from '../../yaml/manifests.ts'
import { openYaml } from '../../yaml/open.ts'
import { applySplices } from '../../yaml/splice.ts'

/** Where an object that changes pods is written, and the edit that switches it off; without an edit where it is not in the files, or in several. */
export interface SwitchOff {
  readonly writer: ActiveWriter
  readonly places: readonly string[]
  readonly edit?: FileEdit
}

/** Finds the manifests of objects that change pods, and how each is switched off. Nothing is written. */
export async function switchesOff(
  writers: readonly ActiveWriter[],
  files: readonly string[],
  view: RepositoryView,
): Promise<readonly SwitchOff[]> {
  const kinds = new Set(writers.map(({ kind }) => kind))
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: (await view.read(file))?.text ?? '' })),
  )
  const holding = texts.filter(({ text }) => [...kinds].some((kind) => text.includes(kind)))
  const switched = new Map<string, string>()
  return writers.map((writer) => {
    const found = holding.flatMap(({ file, text }) => {
      const edit = editOf(writer, file, switched.get(file) ?? text)
      return edit === undefined ? [] : [edit]
    })
    const [one, ...more] = found
    if (one?.after !== undefined && more.length === 0) switched.set(one.file, one.after)
    return {
      writer,
      places: found.map(({ place }) => place),
      ...(one?.after === undefined || more.length > 0
        ? {}
        : { edit: { file: one.file, before: one.before, after: one.after } }),
    }
  })
}

interface Found {
  readonly file: string
  readonly place: string
  readonly before: string
  /** Absent where the file cannot be edited. */
  readonly after?: string
}

function editOf(writer: ActiveWriter, file: string, text: string): Found | undefined {
  const opened = openYaml(file, text, { allowRepeated: true })
  if (!opened.ok) return undefined
  const { yaml } = opened
  const manifest = manifestsIn(yaml).find(({ object }) => {
    const namespace = textOf(valueAt(object, ['metadata', 'namespace']))
    return (
      object['kind'] === writer.kind &&
      textOf(valueAt(object, ['metadata', 'name'])) === writer.name &&
      (namespace === undefined || writer.namespace === '' || namespace === writer.namespace)
    )
  })
  if (manifest === undefined) return undefined
  const { document, path } = manifest
  const mode = [...path, ...writer.path]
  const node = path.includes('|') ? undefined : yaml.documents[document]?.getIn(mode, true)
  const root = yaml.documents[document]?.getIn(path, true)
  const offset = isScalar(node) ? node.range?.[0] : ((root as { range?: readonly number[] })?.range?.[0] ?? 0)
  const { line, column } = yaml.at(offset ?? 0)
  const found = { file, place: `${file}:${line}:${column}`, before: text }
  if (isScalar(node) && node.range) {
    const [start, end] = node.range
    return { ...found, after: applySplices(text, [{ start, end, text: '"Off"' }]) }
  }
  const inserted = insertValue(yaml, { document, path: mode, value: '"Off"' })
  return inserted.ok ? { ...found, after: applySplices(text, inserted.splices) } : found
}
