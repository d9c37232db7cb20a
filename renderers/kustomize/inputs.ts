import { posix } from 'node:path'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../plugin/model/json.ts'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { InputFile, InputRole, KustomizeSource, RepositoryView } from '../../plugin/model/source.ts'
import { manifestsBelow } from './additions.ts'
import { findKustomization } from './file.ts'
import { chartsOutside, helmChartInputs } from './helm-charts.ts'

/**
 * Every file that a kustomization reads.
 *
 * Rather than knowing each of kustomize's fields, any text in a kustomization that names something in the
 * repository counts as a reference: a file is read, a directory with a kustomization is entered, any other
 * directory (a chart home) is taken whole.
 */
export async function kustomizeInputs(
  source: KustomizeSource,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  const { files } = await walkFrom(source, view)
  return [...files.values()]
}

/**
 * The same for a rendering: what a kustomization takes from outside the repository is refused, since kustomize would
 * enter a directory from wherever the copy stands. Its inputs are told all the same: it shares the files it does read.
 */
export async function inputsToRender(
  source: KustomizeSource,
  view: RepositoryView,
): Promise<readonly InputFile[]> {
  const { files, refusals } = await walkFrom(source, view)
  const [refusal] = refusals
  if (refusal !== undefined) throw refusal
  return [...files.values()]
}

async function walkFrom(source: KustomizeSource, view: RepositoryView): Promise<Walk> {
  const walk: Walk = { view, root: source.path, files: new Map(), entered: new Set(), refusals: [] }
  if (source.additions === undefined && (await findKustomization(view, source.path)) === undefined) {
    throw stop('source.unknown', 'no kustomization stands in this directory', {
      place: { file: source.path },
    })
  }
  if ((await findKustomization(view, source.path)) === undefined) await enterGenerated(walk)
  else await enter(walk, source.path)
  for (const reference of references(source.additions ?? null)) await follow(walk, source.path, reference)
  return walk
}

interface Walk {
  readonly view: RepositoryView
  readonly root: string
  readonly files: Map<string, InputFile>
  readonly entered: Set<string>
  /** What must not be rendered, and why. */
  readonly refusals: ExpectedStop[]
}

async function enter(walk: Walk, directory: string): Promise<void> {
  if (walk.entered.has(directory)) return
  walk.entered.add(directory)
  const file = await findKustomization(walk.view, directory)
  if (file === undefined) return addDirectory(walk, directory)
  const content = await add(walk, file, { role: 'kustomization', from: directory })
  if (content === undefined) return
  const kustomization = parseLoosely(content)
  walk.refusals.push(...chartsOutside(kustomization, directory))
  for (const input of await helmChartInputs(kustomization, directory, walk.view)) {
    if (!walk.files.has(input.at))
      walk.files.set(input.at, { ...input, leaf: input.leaf && directory === walk.root })
  }
  for (const reference of references(kustomization)) await follow(walk, directory, reference)
}

/** The files of a directory for which a kustomization is generated. */
async function enterGenerated(walk: Walk): Promise<void> {
  for (const text of await manifestsBelow(walk.view, walk.root, ''))
    await follow(walk, walk.root, { text, role: 'manifest' })
}

interface Reference {
  readonly text: string
  readonly role: InputRole | 'configured'
}

async function follow(walk: Walk, directory: string, { text, role }: Reference): Promise<void> {
  const path = posix.join(directory, text)
  if (path === '..' || path.startsWith('../')) {
    // Files outside are refused by kustomize itself; a directory it would enter, from wherever the copy stands.
    if (role === 'manifest' || role === 'configured') walk.refusals.push(outside(text, directory))
    return
  }
  const kind = await unlessRefused(() => walk.view.kind(path))
  if (kind === 'directory') await enter(walk, path)
  if (kind !== 'file') return
  const content = await add(walk, path, { role: role === 'configured' ? 'other' : role, from: directory })
  if (role !== 'configured' || content === undefined) return
  // A transformer is configured by a file of its own, which may name further files.
  for (const inner of documents(content).flatMap(texts))
    await follow(walk, directory, { text: inner, role: 'other' })
}

const outside = (text: string, directory: string) =>
  stop('source.render', `${text} leads outside the repository`, {
    place: { file: directory },
    hint: 'Vendor it into the repository.',
  })

interface Origin {
  readonly role: InputRole
  readonly from: string
}

async function add(walk: Walk, at: string, { role, from }: Origin): Promise<string | undefined> {
  if (walk.files.has(at)) return undefined
  const found = /\.(ya?ml|json|env|properties|conf|txt)$|Kustomization$/.test(at)
    ? await unlessRefused(() => walk.view.read(at))
    : undefined
  const leaf = from === walk.root
  walk.files.set(at, { path: found?.path ?? at, at, role: found === undefined ? 'other' : role, leaf })
  return found?.text
}

async function addDirectory(walk: Walk, directory: string): Promise<void> {
  for (const { name } of await walk.view.list(directory)) {
    const path = posix.join(directory, name)
    if ((await walk.view.kind(path)) === 'directory') await addDirectory(walk, path)
    else await add(walk, path, { role: 'other', from: directory })
  }
}

function documents(text: string): readonly Json[] {
  return text.split(/^---\s*$/m).map(parseLoosely)
}

function parseLoosely(text: string): Json {
  try {
    return parse(text, { logLevel: 'silent', uniqueKeys: false }) as Json
  } catch {
    return null
  }
}

/** A link that leads outside, or a file that is no text, is no input we can look into; kustomize will say what it makes of it. */
async function unlessRefused<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}

const patchKeys = new Set(['patches', 'patchesStrategicMerge', 'patchesJson6902'])
const manifestKeys = new Set(['resources', 'bases', 'components', 'crds'])

function roleOf(key: string): Reference['role'] {
  if (patchKeys.has(key)) return 'patch'
  if (manifestKeys.has(key)) return 'manifest'
  return ['transformers', 'generators', 'validators'].includes(key) ? 'configured' : 'other'
}

/** Texts in a kustomization that may name a file; `key=path` pairs of generators give the path. */
function references(kustomization: Json): readonly Reference[] {
  if (typeof kustomization !== 'object' || kustomization === null) return []
  return Object.entries(kustomization as JsonObject).flatMap(([key, value]) => {
    const role = roleOf(key)
    return texts(value).map((text) => ({ text, role }) as const)
  })
}

function texts(value: Json): readonly string[] {
  if (typeof value === 'string') {
    if (value.includes('\n') || value.includes('://') || value.length > 1024) return []
    const cut = value.indexOf('=')
    return cut === -1 ? [value] : [value, value.slice(cut + 1)]
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : []
}
