import { posix } from 'node:path'
import { anyGlob, globBase, globMatcher } from '../../plugin/model/glob.ts'
import { isJsonObject, type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { inParallel } from '../../plugin/model/parallel.ts'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import type { Origins } from '../origin/origins.ts'
import { selects } from './selector.ts'

/** What generators need. */
export interface GeneratorContext {
  readonly view: RepositoryView
  readonly origins: Origins
  /** The file or directory with the ApplicationSet. */
  readonly at: string
  /** For Go templates, parameters keep their structure; otherwise they are flat texts. */
  readonly goTemplate: boolean
}

/**
 * The sets of parameters that a generator gives: a list, directories or files of this repository, and their matrix or
 * merge. Rejects with `source.render` for a generator that asks a cluster, a forge or another repository, since its answer
 * is not in this one.
 */
export async function generateOne(
  generator: Json,
  context: GeneratorContext,
): Promise<readonly JsonObject[]> {
  if (hasTemplate(generator))
    throw stop('source.render', 'its generator has a template of its own, which is not supported', {
      place: { file: context.at },
    })
  const sets = limited(await unselected(generator, context))
  return sets.filter(selects(valueAt(generator, ['selector'])))
}

/** How many sets one generator may give. Argo CD itself takes no thousands of Applications of one ApplicationSet. */
const mostSets = 5_000

function limited(sets: readonly JsonObject[]): readonly JsonObject[] {
  if (sets.length > mostSets) throw tooMany()
  return sets
}

const tooMany = () =>
  stop('source.render', `the generators of an ApplicationSet give more than ${mostSets} sets of parameters`)

/** Whether a generator overrides the template of its set. */
const hasTemplate = (generator: Json): boolean =>
  Object.values(isJsonObject(generator) ? generator : {}).some((one) => {
    const template = valueAt(one, ['template'])
    return isJsonObject(template) && Object.keys(template).length > 0
  })

async function unselected(generator: Json, context: GeneratorContext): Promise<readonly JsonObject[]> {
  const list = valueAt(generator, ['list'])
  if (isJsonObject(list) && list['elementsYaml'] === undefined)
    return listOf(list['elements']).filter(isJsonObject)
  const git = valueAt(generator, ['git'])
  if (isJsonObject(git)) return withValues(await fromGit(git, context), git['values'])
  const [first, second, ...more] = listOf(valueAt(generator, ['matrix', 'generators']))
  if (first !== undefined && second !== undefined && more.length === 0) {
    const [left, right] = [await generateOne(first, context), await generateOne(second, context)]
    if (left.length * right.length > mostSets) throw tooMany()
    return left.flatMap((one) => right.map((other) => ({ ...one, ...other })))
  }
  const merging = valueAt(generator, ['merge'])
  if (isJsonObject(merging)) return mergedSets(merging, context)
  const kind = Object.keys(isJsonObject(generator) ? generator : {}).find((key) => key !== 'selector')
  throw stop(
    'source.render',
    `its generator ${kind ?? ''} is not run: its answer is not in this repository. With kubernetes: set for its cluster, the live Applications answer it`,
    {
      place: { file: context.at },
    },
  )
}

/** The sets of the first generator, each with what the sets of the others with the same keys say. */
async function mergedSets(merging: JsonObject, context: GeneratorContext): Promise<readonly JsonObject[]> {
  const keys = listOf(merging['mergeKeys']).flatMap((key) => textOf(key) ?? [])
  const all = await Promise.all(listOf(merging['generators']).map((one) => generateOne(one, context)))
  const [base = [], ...others] = all
  const isSame = (one: JsonObject, other: JsonObject): boolean =>
    keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]))
  return base.map((set) =>
    Object.assign({}, set, ...others.map((sets) => sets.find((one) => isSame(one, set)))),
  )
}

const withValues = (sets: readonly JsonObject[], values: Json | undefined): readonly JsonObject[] =>
  isJsonObject(values) ? sets.map((one) => ({ ...one, values })) : sets

async function fromGit(git: JsonObject, context: GeneratorContext): Promise<readonly JsonObject[]> {
  const { repoURL, revision, pathParamPrefix } = git
  const origin = { repository: textOf(repoURL) ?? '', revision: textOf(revision) ?? 'HEAD', path: '.' }
  await context.origins.locate(origin, { ...context, subject: 'its Git generator takes its parameters' })
  if (pathParamPrefix !== undefined)
    throw stop('source.render', 'its Git generator has a pathParamPrefix, which is not supported', {
      place: { file: context.at },
    })
  const patterns = (key: string, excluded: boolean): readonly string[] =>
    listOf(git[key]).flatMap((one) =>
      (valueAt(one, ['exclude']) === true) === excluded ? (textOf(valueAt(one, ['path'])) ?? []) : [],
    )
  const key = git['directories'] === undefined ? 'files' : 'directories'
  const included = patterns(key, false)
  const isExcluded = anyGlob(patterns(key, true))
  const paths = (await Promise.all(included.map((pattern) => pathsLike(pattern, key, context.view)))).flat()
  const chosen = [...new Set(paths)].filter((path) => !isExcluded(path)).sort()
  if (key === 'directories') return chosen.map((path) => pathParameters(path, context))
  return (await Promise.all(chosen.map((path) => fileParameters(path, context)))).flat()
}

/** Directories or files of the repository that a glob matches; only the directory in its fixed beginning is searched. */
async function pathsLike(
  pattern: string,
  key: 'files' | 'directories',
  view: RepositoryView,
): Promise<readonly string[]> {
  const matches = globMatcher(posix.normalize(pattern))
  const base = globBase(posix.normalize(pattern))
  const start = base === '' ? '.' : base
  if ((await view.kind(start)) === 'file') return matches(start) ? [start] : []
  const search = async (directory: string): Promise<readonly string[]> => {
    const entries = (await view.list(directory)).filter(({ name }) => !name.startsWith('.'))
    const found = await inParallel(entries, async ({ name, kind }): Promise<readonly string[]> => {
      const at = posix.join(directory, name)
      const own = kind === (key === 'files' ? 'file' : 'directory') && matches(at) ? [at] : []
      return kind === 'directory' ? [...own, ...(await search(at))] : own
    })
    return found.flat()
  }
  const own = key === 'directories' && matches(start) ? [start] : []
  return [...own, ...(await search(start))]
}

function pathParameters(path: string, { goTemplate }: GeneratorContext): JsonObject {
  const basename = posix.basename(path)
  const basenameNormalized = basename.toLowerCase().replace(/[^a-z0-9.-]/g, '-')
  const segments = path.split('/')
  if (goTemplate) return { path: { path, basename, basenameNormalized, segments } }
  return {
    path,
    'path.basename': basename,
    'path.basenameNormalized': basenameNormalized,
    ...Object.fromEntries(segments.map((segment, index) => [`path[${index}]`, segment])),
  }
}

async function fileParameters(file: string, context: GeneratorContext): Promise<readonly JsonObject[]> {
  const parsed = await parsedFile(file, context.view)
  const filename = posix.basename(file)
  const own = pathParameters(posix.dirname(file), context)
  const path = isJsonObject(own['path'])
    ? { path: { ...own['path'], filename } }
    : { ...own, 'path.filename': filename }
  return (Array.isArray(parsed) ? parsed : [parsed])
    .filter(isJsonObject)
    .map((content) => ({ ...(context.goTemplate ? content : flat(content, '')), ...path }))
}

async function parsedFile(file: string, view: RepositoryView): Promise<Json> {
  try {
    return parseValue((await view.read(file))?.text ?? '', { uniqueKeys: false })
  } catch (error) {
    if (error instanceof ExpectedStop) throw error
    return null
  }
}

/** `{a: {b: 1}}` as `{'a.b': 1}`. */
const flat = (value: JsonObject, prefix: string): JsonObject =>
  Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): (readonly [string, Json])[] =>
      isJsonObject(inner) ? Object.entries(flat(inner, `${prefix}${key}.`)) : [[`${prefix}${key}`, inner]],
    ),
  )
