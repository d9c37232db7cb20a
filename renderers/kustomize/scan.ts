import { posix } from 'node:path'
import { type Json, valueAt } from '../../plugin/model/json.ts'
import { ExpectedStop, stop } from '../../plugin/model/problem.ts'
import type { InputFile, InputRole, RepositoryView } from '../../plugin/model/source.ts'
import { isStored } from '../../plugin/model/store.ts'
import type { ElsewherePorts } from '../elsewhere/chart-finder.ts'
import { manifestsBelow } from './additions.ts'
import { escapeIn } from './escapes.ts'
import { findKustomization } from './file.ts'
import { helmChartInputs } from './helm-charts.ts'
import { changeOfPlugins } from './plugin-directories.ts'
import { documents, parseLoosely, type Reference, references, texts } from './references.ts'
import { withLocalBases } from './remote-base.ts'

/** What has been found of a kustomization and of all that it reads. */
export interface Scan {
  readonly view: RepositoryView
  readonly ports: ElsewherePorts
  /** Kustomizations with paths in place of URLs. */
  readonly local: Map<string, string>
  readonly root: string
  readonly files: Map<string, InputFile>
  readonly entered: Set<string>
  readonly countEntry: () => void
  /** Checks before it is rendered, in the order of what it reads. Listing its files needs none of them. */
  readonly checks: Check[]
}

/** Why a source must not be rendered; `undefined` when nothing is against it. May throw that too. */
type Check = () => ExpectedStop | undefined

/** The check of a file that kustomize reads as its own configuration. */
export const escapeCheck =
  (file: string, content: string, directory: string): Check =>
  () =>
    escapeIn(file, content, directory)

/** Adds a directory: its kustomization with all that this names, or else every file. */
export async function enter(scanned: Scan, directory: string): Promise<void> {
  if (scanned.entered.has(directory)) return
  scanned.entered.add(directory)
  const file = await findKustomization(scanned.view, directory)
  if (file === undefined) return addDirectory(scanned, directory)
  const content = await add(scanned, file, { role: 'kustomization', from: directory })
  if (content === undefined) return
  const laid = await localText(scanned, file, { content, directory })
  const kustomization = parseLoosely(laid)
  scanned.checks.push(escapeCheck(file, laid, directory))
  for (const input of await chartsIn(scanned, kustomization, directory)) {
    if (!scanned.files.has(input.at))
      scanned.files.set(input.at, { ...input, topLayer: input.topLayer && directory === scanned.root })
  }
  for (const reference of references(kustomization)) await follow(scanned, directory, reference)
}

/**
 * A directory whose objects configure plugins. What else than a list of files kustomize makes of them cannot be checked
 * before it does: a patch may change any path.
 */
async function enterPlugins(scanned: Scan, directory: string): Promise<void> {
  const mark = `plugins of ${directory}`
  const file = await findKustomization(scanned.view, directory)
  if (scanned.entered.has(mark) || file === undefined) return
  scanned.entered.add(mark)
  const content = (await unlessRefused(() => scanned.view.read(file)))?.text ?? '\0'
  scanned.checks.push(() => changeOfPlugins(file, content))
  for (const text of texts(valueAt(parseLoosely(content), ['resources']) ?? null))
    await follow(scanned, directory, { text, role: 'configured' })
}

interface Entered {
  readonly content: string
  readonly directory: string
}

/** The text of a kustomization as kustomize gets it: what it takes from servers is fetched, and named by its path. */
async function localText(scanned: Scan, file: string, { content, directory }: Entered): Promise<string> {
  const found = await withLocalBases(content, directory, scanned.ports)
  if (found === undefined) return content
  scanned.local.set(file, found.text)
  scanned.checks.push(...found.failures.map((failure) => () => failure))
  for (const [at, path] of found.files) scanned.files.set(at, { path, at, role: 'external', topLayer: false })
  return found.text
}

/** The files of charts; one that cannot be fetched must not be rendered without. */
async function chartsIn(
  scanned: Scan,
  kustomization: Json,
  directory: string,
): Promise<readonly InputFile[]> {
  const { view, ports } = scanned
  try {
    return await helmChartInputs(kustomization, { directory, view, ports })
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    scanned.checks.push(() => error)
    return []
  }
}

/** Adds the files of a directory for which a kustomization is generated. */
export async function enterGenerated(scanned: Scan): Promise<void> {
  for (const text of await manifestsBelow(scanned.view, scanned.root))
    await follow(scanned, scanned.root, { text, role: 'manifest' })
}

/** Adds what a text in a kustomization of a directory refers to, if it is a path. */
export async function follow(scanned: Scan, directory: string, { text, role }: Reference): Promise<void> {
  const path = posix.join(directory, text)
  if (path === '..' || path.startsWith('../') || leavesStored(directory, path)) {
    // kustomize refuses files outside by itself, but it would enter a directory, seen from the private copy.
    if (role === 'manifest' || role === 'configured') scanned.checks.push(() => outside(text, directory))
    return
  }
  const kind = await unlessRefused(() => scanned.view.kind(path))
  if (kind === 'directory' && role === 'configured') await enterPlugins(scanned, path)
  if (kind === 'directory') await enter(scanned, path)
  if (kind !== 'file') return
  const content = await add(scanned, path, { role: role === 'configured' ? 'other' : role, from: directory })
  if (role !== 'configured') return
  // What configures a plugin is read by kustomize whatever its name is.
  const configuration = content ?? (await unlessRefused(() => scanned.view.read(path)))?.text
  scanned.checks.push(escapeCheck(path, configuration ?? '\0', directory))
  if (content === undefined) return
  // A transformer has a configuration file, which may name further files.
  for (const inner of documents(content).flatMap(texts))
    await follow(scanned, directory, { text: inner, role: 'other' })
}

/** Whether a path leads out of the fetched repository that its directory is in. */
function leavesStored(directory: string, path: string): boolean {
  if (!isStored(directory)) return false
  const [mount, name] = directory.split('/')
  return !path.startsWith(`${mount}/${name}/`)
}

const outside = (text: string, directory: string) =>
  stop('source.render', `${text} is outside the repository`, {
    place: { file: directory },
    hint: 'Vendor it into the repository.',
  })

interface Origin {
  readonly role: InputRole
  readonly from: string
}

async function add(scanned: Scan, at: string, { role, from }: Origin): Promise<string | undefined> {
  if (scanned.files.has(at)) return undefined
  const found = /\.(ya?ml|json|env|properties|conf|txt)$|Kustomization$/.test(at)
    ? await unlessRefused(() => scanned.view.read(at))
    : undefined
  const topLayer = from === scanned.root
  scanned.files.set(at, { path: found?.path ?? at, at, role: found === undefined ? 'other' : role, topLayer })
  return found?.text
}

async function addDirectory(scanned: Scan, directory: string): Promise<void> {
  for (const { name } of await scanned.view.list(directory)) {
    scanned.countEntry()
    const path = posix.join(directory, name)
    if ((await scanned.view.kind(path)) === 'directory') await addDirectory(scanned, path)
    else await add(scanned, path, { role: 'other', from: directory })
  }
}

/** `undefined` for a link that leads outside and for a file that is not text; kustomize reports those if it needs them. */
async function unlessRefused<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}
