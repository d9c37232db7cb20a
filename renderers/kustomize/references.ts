import type { Json, JsonObject } from '../../plugin/model/json.ts'
import type { InputRole } from '../../plugin/model/source.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import { perText } from '../../plugin/yaml/per-text.ts'
import { fileValues } from '../../plugin/yaml/plain-values.ts'
import { configuresPlugins, folded, foldedSet } from './field-names.ts'

/** A text in a kustomization that may be a path. */
export interface Reference {
  readonly text: string
  /** What a file is read as; `configured`: as the configuration of a plugin. */
  readonly role: InputRole | 'configured'
}

/** The documents of a text, `null` for one that is not YAML. */
export function documents(text: string): readonly Json[] {
  return text.split(/^---\s*$/m).map(parseLoosely)
}

/** The first document of a text; `null` where it is not YAML. */
export const parseLoosely = perText((text): Json => {
  const values = fileValues(text)
  return values === undefined ? parseSlowly(text) : (values[0] ?? null)
})

function parseSlowly(text: string): Json {
  try {
    return parseValue(text, { uniqueKeys: false, merge: true, maxAliasCount: 10_000 })
  } catch {
    return null
  }
}

const patchKeys = foldedSet(['patches', 'patchesStrategicMerge', 'patchesJson6902'])
const manifestKeys = foldedSet(['resources', 'bases', 'components', 'crds'])

function roleOf(key: string): Reference['role'] {
  if (patchKeys.has(folded(key))) return 'patch'
  if (manifestKeys.has(folded(key))) return 'manifest'
  return configuresPlugins(key) ? 'configured' : 'other'
}

/** Texts in a kustomization that may be paths, of `key=path` pairs of generators the path too. */
export function references(kustomization: Json): readonly Reference[] {
  if (typeof kustomization !== 'object' || kustomization === null) return []
  return Object.entries(kustomization as JsonObject).flatMap(([key, value]) => {
    const role = roleOf(key)
    return texts(value).map((text) => ({ text, role }) as const)
  })
}

/** The texts of a value at any depth that may be paths. */
export function texts(value: Json): readonly string[] {
  if (typeof value === 'string') {
    if (value.includes('\n') || value.includes('://') || value.length > 1024) return []
    const cut = value.indexOf('=')
    return cut === -1 ? [value] : [value, value.slice(cut + 1)]
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}
