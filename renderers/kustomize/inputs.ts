import { posix } from 'node:path'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../plugin/model/manifest.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { InputFile, InputRole, KustomizeSource, RepositoryView } from '../../plugin/model/source.ts'

/** The names kustomize accepts for its file, in the order it tries them. */
const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** The kustomization file of a directory, or `undefined`. */
async function findKustomization(view: RepositoryView, directory: string): Promise<string | undefined> {
  for (const name of kustomizationNames) {
    const path = posix.join(directory, name)
    if ((await view.kind(path)) === 'file') return path
  }
  return undefined
}

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
  const walk: Walk = { view, root: source.path, files: new Map(), entered: new Set() }
  if ((await findKustomization(view, source.path)) === undefined) {
    throw stop('source.unknown', 'no kustomization stands in this directory', {
      place: { file: source.path },
    })
  }
  await enter(walk, source.path)
  return [...walk.files.values()]
}

interface Walk {
  readonly view: RepositoryView
  readonly root: string
  readonly files: Map<string, InputFile>
  readonly entered: Set<string>
}

async function enter(walk: Walk, directory: string): Promise<void> {
  if (walk.entered.has(directory)) return
  walk.entered.add(directory)
  const file = await findKustomization(walk.view, directory)
  if (file === undefined) return addDirectory(walk, directory)
  const content = await add(walk, file, { role: 'kustomization', from: directory })
  if (content === undefined) return
  for (const reference of references(parseLoosely(content))) await follow(walk, directory, reference)
}

interface Reference {
  readonly text: string
  readonly role: InputRole
}

async function follow(walk: Walk, directory: string, { text, role }: Reference): Promise<void> {
  const path = posix.join(directory, text)
  if (path.startsWith('..')) {
    throw stop('path.outside', `${text} leads outside the repository`, { place: { file: directory } })
  }
  const kind = await walk.view.kind(path)
  if (kind === 'directory') await enter(walk, path)
  if (kind === 'file') await add(walk, path, { role, from: directory })
}

interface Origin {
  readonly role: InputRole
  readonly from: string
}

async function add(walk: Walk, at: string, { role, from }: Origin): Promise<string | undefined> {
  if (walk.files.has(at)) return undefined
  const found = /\.(ya?ml|json|env|properties|conf|txt)$|Kustomization$/.test(at)
    ? await walk.view.read(at)
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

function parseLoosely(text: string): Json {
  try {
    return parse(text, { logLevel: 'silent', uniqueKeys: false }) as Json
  } catch {
    return null
  }
}

const patchKeys = new Set(['patches', 'patchesStrategicMerge', 'patchesJson6902'])
const manifestKeys = new Set(['resources', 'bases', 'components', 'crds'])

/** Texts in a kustomization that may name a file; `key=path` pairs of generators give the path. */
function references(kustomization: Json): readonly Reference[] {
  if (typeof kustomization !== 'object' || kustomization === null) return []
  return Object.entries(kustomization as JsonObject).flatMap(([key, value]) => {
    const role = patchKeys.has(key) ? 'patch' : manifestKeys.has(key) ? 'manifest' : 'other'
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
