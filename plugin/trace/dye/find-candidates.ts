import type { Json } from '../../model/json.ts'
import { placeholderDefault, placeholderVariable } from '../../model/placeholder.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import { openYaml, type YamlText } from '../../yaml/open.ts'
import { keptPerText } from '../../yaml/per-text.ts'
import type { FoundScalar } from '../../yaml/scalars.ts'
import { scalarsOf } from '../../yaml/scalars.ts'
import { yamlInView } from '../yaml-in-view.ts'
import type { Candidate } from './candidate.ts'
import { type Classifier, classifyByName } from './classify.ts'
import { envLines, isEnvFile } from './env-lines.ts'
import { templateLiterals } from './template-literals.ts'

/** Every candidate in the files that a source reads, in the order of the files. Files that cannot be parsed have none. */
export async function findCandidates(
  inputs: readonly InputFile[],
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Candidate[]> {
  // Files of the declaring source come first: all its releases then give them the same markers, and share its rendering.
  const ordered = [...inputs].sort((a, b) => (b.levelsUp ?? 0) - (a.levelsUp ?? 0))
  const byPath = new Map(ordered.map((input) => [input.path, input]))
  const found = await Promise.all([...byPath.values()].map((input) => candidatesIn(input, view, classify)))
  return found.flat()
}

async function candidatesIn(
  input: InputFile,
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Candidate[]> {
  const isEnv = isEnvFile(input.path)
  if (!isEnv && !/\.(ya?ml|json|tpl)$|Kustomization$/.test(input.path)) return []
  const { role, topLayer, levelsUp, frozen } = input
  const layer = {
    role,
    topLayer,
    ...(levelsUp === undefined ? {} : { levelsUp }),
    ...(frozen === undefined ? {} : { frozen }),
  }
  const found =
    role === 'template'
      ? await literalsIn(input.path, view)
      : isEnv
        ? await variablesIn(input.path, view, classify)
        : await scalarsIn(input.path, view, classify)
  return found.map((one) => ({ ...one, ...layer }))
}

type Found = Omit<Candidate, 'role' | 'topLayer'>

async function literalsIn(path: string, view: RepositoryView): Promise<readonly Found[]> {
  const file = await view.read(path)
  return file === undefined ? [] : templateLiterals(file)
}

async function variablesIn(
  path: string,
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Found[]> {
  const file = await view.read(path)
  return file === undefined ? [] : envLines(file, classify)
}

const byName = new WeakMap<RepositoryView, Map<string, Promise<readonly Found[]>>>()

/** The candidates in a file. Those found by name are the same for every source that reads the file: they are kept per view. */
async function scalarsIn(
  path: string,
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Found[]> {
  if (classify !== classifyByName) return classified(path, view, classify)
  const kept = byName.get(view) ?? new Map<string, Promise<readonly Found[]>>()
  byName.set(view, kept)
  const found = kept.get(path) ?? classified(path, view, classify)
  kept.set(path, found)
  return found
}

/** The names that `classifyByName` knows. A text with escapes may hold them in another form. */
const knownNames =
  /cpu|mem|ephemeral|procs|replica|pods|autoscaling|util|target|threshold|average|percent|\\/i

const mayHoldNames = (text: string): boolean =>
  knownNames.test(text) || (text.includes('metadata') && text.includes('value'))

/** The candidates in a text by their names, without its file. */
const namedIn = keptPerText('candidates', (text) => {
  const opened = mayHoldNames(text) ? openYaml('', text, { allowRepeated: true }) : undefined
  // A plain object, which JSON writes as it is.
  return opened?.ok === true ? (foundIn('', opened.yaml, classifyByName) as unknown as Json) : []
})

async function named(path: string, view: RepositoryView): Promise<readonly Found[]> {
  const text = (await view.read(path))?.text
  const found = text === undefined ? [] : (namedIn(text) as unknown as readonly Found[])
  return found.map((one) => ({ ...one, file: path }))
}

async function classified(
  path: string,
  view: RepositoryView,
  classify: Classifier,
): Promise<readonly Found[]> {
  if (classify === classifyByName) return named(path, view)
  const yaml = await yamlInView(path, view)
  return yaml === undefined ? [] : foundIn(path, yaml, classify)
}

function foundIn(path: string, yaml: YamlText, classify: Classifier): readonly Found[] {
  return scalarsOf(yaml).flatMap((written): Found[] => {
    const scalar = defaultIn(written, yaml.text)
    const type = classify(scalar)
    if (type === undefined) return []
    const { document, path: at, range, value, quote } = scalar
    const text = yaml.text.slice(...range)
    const name = placeholderVariable(written.value)
    const variable = name === undefined ? {} : { variable: name }
    return [
      { file: path, document, path: at, ...yaml.at(range[0]), range, text, value, quote, type, ...variable },
    ]
  })
}

/** A scalar; for a placeholder of Flux, the part of it that is the default: `500m` in `${CPU:=500m}`. */
function defaultIn(scalar: FoundScalar, text: string): FoundScalar {
  const value = placeholderDefault(scalar.value)
  const [start, end] = scalar.range
  const at = value === undefined ? -1 : text.slice(start, end).indexOf(scalar.value)
  if (value === undefined || at === -1) return scalar
  const first = start + at + scalar.value.length - 1 - value.length
  return { ...scalar, value, quote: '', range: [first, first + value.length] }
}
