import type { RepositoryView } from '../model/source.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'

/** How many parsed files are kept at a time. */
const mostKept = 400

const parsed = new WeakMap<RepositoryView, Map<string, Promise<YamlText | undefined>>>()

/** A file of a view as parsed YAML; `undefined` when it is missing or must not be edited. The latest ones are kept with the view. */
export function yamlInView(file: string, view: RepositoryView): Promise<YamlText | undefined> {
  const kept = parsed.get(view) ?? new Map<string, Promise<YamlText | undefined>>()
  parsed.set(view, kept)
  const yaml = kept.get(file) ?? open(file, view)
  kept.delete(file)
  kept.set(file, yaml)
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  return yaml
}

async function open(file: string, view: RepositoryView): Promise<YamlText | undefined> {
  const text = (await view.read(file))?.text
  const opened = text === undefined ? undefined : openYaml(file, text)
  return opened?.ok ? opened.yaml : undefined
}
