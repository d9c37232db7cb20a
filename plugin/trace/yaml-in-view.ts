import type { RepositoryView } from '../model/source.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'

/** A file of a view as parsed YAML; `undefined` when it is missing or must not be edited. */
export async function yamlInView(file: string, view: RepositoryView): Promise<YamlText | undefined> {
  const text = (await view.read(file))?.text
  const opened = text === undefined ? undefined : openYaml(file, text)
  return opened?.ok ? opened.yaml : undefined
}
