import type { Document, Node } from 'yaml'
import { isMap } from 'yaml'
import type { Place } from '../plugin/model/problem.ts'
import { ExpectedStop, stop } from '../plugin/model/problem.ts'
import type { YamlText } from '../plugin/yaml/open.ts'
import { openYaml } from '../plugin/yaml/open.ts'
import { yamlReason } from '../plugin/yaml/reason.ts'

/** The text of a settings file. */
export interface SettingsText {
  /** Its name in messages. */
  readonly file: string
  readonly text: string
}

/** The path of a setting in a parsed file. */
export type SettingPath = readonly PropertyKey[]

/** A parsed settings file whose values are not checked yet. */
export interface OpenedSettings {
  readonly raw: unknown
  /** Whether the file has something at a path, or a key in the mapping there. */
  readonly has: (path: SettingPath, key?: string) => boolean
  /** The place of a setting: its key when one is given, else its value, else the nearest parent. */
  readonly placeOf: (path: SettingPath, key?: string) => Place
}

/** Parses a settings file. Throws `settings.syntax`. */
export function openSettings({ file, text }: SettingsText): OpenedSettings {
  const opened = openYaml(file, text)
  if (!opened.ok) {
    const { message, place } = opened.problem
    throw new ExpectedStop([
      { code: 'settings.syntax', message, ...(place && { place }), hint: 'Correct the YAML here.' },
    ])
  }
  const { yaml } = opened
  return {
    raw: settingsIn(file, yaml),
    has: (path, key) => hasNode(yaml, path, key),
    placeOf: placesIn(file, yaml),
  }
}

function settingsIn(file: string, { documents: [document] }: YamlText): unknown {
  try {
    return document?.toJS() ?? {}
  } catch (cause) {
    // Aliases that expand too far.
    if (!(cause instanceof ReferenceError)) throw cause
    const [place, hint] = [{ file }, 'Write the values without aliases.']
    throw stop('settings.syntax', `the settings cannot be read: ${yamlReason(cause.message)}`, {
      place,
      hint,
      cause,
    })
  }
}

function hasNode({ documents: [document] }: YamlText, path: SettingPath, key?: string): boolean {
  const node = document === undefined ? undefined : nodeAt(document, path)
  return node !== undefined && (key === undefined || keyIn(node, key) !== undefined)
}

function placesIn(file: string, yaml: YamlText): OpenedSettings['placeOf'] {
  const document = yaml.documents[0]
  return (path, key) => {
    for (let length = path.length; length >= 0; length--) {
      const node = document === undefined ? undefined : nodeAt(document, path.slice(0, length))
      const range = (key === undefined ? node : (keyIn(node, key) ?? node))?.range
      if (range) return { file, ...yaml.at(range[0]) }
    }
    return { file, line: 1, column: 1 }
  }
}

const nodeAt = (document: Document.Parsed, path: SettingPath): Node | undefined =>
  path.length === 0
    ? (document.contents ?? undefined)
    : ((document.getIn(path, true) as Node | undefined) ?? undefined)

function keyIn(node: Node | undefined, key: string): Node | undefined {
  if (!isMap(node)) return undefined
  return node.items.map((pair) => pair.key as Node).find((candidate) => String(candidate) === key)
}
