import { printProblem } from '../model/problem.ts'
import type { RepositoryView } from '../model/source.ts'
import type { Opened, YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'

/** How many parsed files are kept at a time. */
const mostKept = 60

const parsed = new WeakMap<RepositoryView, Map<string, Promise<Opened | undefined>>>()

/** A file of a view as parsed YAML; `undefined` when it does not exist or must not be edited. */
export async function yamlInView(file: string, view: RepositoryView): Promise<YamlText | undefined> {
  const opened = await openInView(file, view)
  return opened?.ok ? opened.yaml : undefined
}

/** Why a file of a view, or a part of it, must not be edited, with its place; `undefined` for any other file. */
export async function refusalInView(file: string, view: RepositoryView): Promise<string | undefined> {
  const opened = await openInView(file, view)
  const problem = opened?.ok ? opened.yaml.repeated : opened?.problem
  return problem && printProblem(problem)
}

/** Parses a file of a view, and keeps the latest results as long as the view is in use. */
function openInView(file: string, view: RepositoryView): Promise<Opened | undefined> {
  const kept = parsed.get(view) ?? new Map<string, Promise<Opened | undefined>>()
  parsed.set(view, kept)
  const opened = kept.get(file) ?? open(file, view)
  kept.delete(file)
  kept.set(file, opened)
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  return opened
}

async function open(file: string, view: RepositoryView): Promise<Opened | undefined> {
  const text = (await view.read(file))?.text
  return text === undefined ? undefined : openYaml(file, text, { allowRepeated: true })
}
