import { posix } from 'node:path'
import { isJsonObject, type Json, listOf, textOf } from '../../plugin/model/json.ts'
import { ExpectedStop } from '../../plugin/model/problem.ts'
import { storeMount } from '../../plugin/model/store.ts'
import { parseValue } from '../../plugin/yaml/parse.ts'
import { perText } from '../../plugin/yaml/per-text.ts'
import type { ElsewherePorts } from '../elsewhere/chart-finder.ts'

/** A directory in a Git repository that a kustomization names. */
export interface RemoteBase {
  readonly url: string
  readonly ref?: string
  /** Path in the repository; `.` for its root. */
  readonly path: string
}

const remote = /^(git::|https?:\/\/|ssh:\/\/|[\w.-]+@[\w.-]+:|github\.com[/:])/i

/** A text without any of these has no remote base; escapes may hide one. */
const mayNameRemote = /git::|:\/\/|@|github\.com|\\/i

/** Whether kustomize would fetch a text in a list of resources. */
const isRemote = (text: string): boolean => remote.test(text)

/**
 * Reads the URL of a remote base as kustomize does: https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md.
 * The path follows `//`, or `.git`, or the second step. `undefined` for the URL of a single file.
 */
export function remoteBase(text: string): RemoteBase | undefined {
  const [whole = '', query = ''] = text.replace(/^git::/i, '').split('?')
  const ref = new URLSearchParams(query).get('ref') ?? new URLSearchParams(query).get('version') ?? undefined
  const full = /^github\.com[/:]/i.test(whole) ? `https://github.com/${whole.slice(11)}` : whole
  const [, host = '', rest = ''] = /^((?:https?|ssh):\/\/[^/]+\/|[\w.-]+@[\w.-]+:)(.*)$/i.exec(full) ?? []
  if (host === '') return undefined
  if (ref === undefined && /^http/i.test(host) && /\.(ya?ml|json)$/.test(rest)) return undefined
  const { repository, path } = splitPath(rest)
  const clean = posix.normalize(path === '' ? '.' : path).replace(/\/$/, '')
  if (repository === '' || clean === '..' || clean.startsWith('../')) return undefined
  return { url: `${host}${repository}`, path: clean, ...(ref === undefined || ref === '' ? {} : { ref }) }
}

function splitPath(rest: string): { readonly repository: string; readonly path: string } {
  const marker = rest.indexOf('//')
  if (marker >= 0) return { repository: rest.slice(0, marker), path: rest.slice(marker + 2) }
  const git = /^(.*?\.git)(?:\/(.*))?$/.exec(rest)
  if (git !== null) return { repository: git[1] ?? '', path: git[2] ?? '' }
  const steps = rest.split('/')
  return { repository: steps.slice(0, 2).join('/'), path: steps.slice(2).join('/') }
}

/** A kustomization whose remote resources were fetched. */
export interface LocalKustomization {
  /** The kustomization with relative paths in place of URLs, as JSON. */
  readonly text: string
  /** Paths of fetched files, by the path at which the kustomization reads them. */
  readonly files: ReadonlyMap<string, string>
  readonly failures: readonly ExpectedStop[]
}

const lists = ['resources', 'bases', 'components'] as const

/** Fetches what a kustomization takes from servers; `undefined` where it takes nothing, or nothing is fetched here. */
export async function withLocalBases(
  content: string,
  directory: string,
  { store }: ElsewherePorts,
): Promise<LocalKustomization | undefined> {
  if (store === undefined || !mayNameRemote.test(content)) return undefined
  const kustomization = parsed(content)
  if (!isJsonObject(kustomization)) return undefined
  const texts = lists.flatMap((key) => listOf(kustomization[key]).flatMap((one) => textOf(one) ?? []))
  const remotes = [...new Set(texts.filter(isRemote))]
  if (remotes.length === 0) return undefined
  const found = await Promise.all(remotes.map((text) => fetched(text, directory, store)))
  const places = new Map(
    found.flatMap(({ text, place }) => (place === undefined ? [] : [[text, place] as const])),
  )
  const replaced = lists.flatMap((key) =>
    kustomization[key] === undefined
      ? []
      : [[key, listOf(kustomization[key]).map((one) => places.get(String(one)) ?? one)] as const],
  )
  return {
    text: JSON.stringify({ ...kustomization, ...Object.fromEntries(replaced) }, null, 2),
    files: new Map(found.flatMap(({ file }) => (file === undefined ? [] : [file]))),
    failures: found.flatMap(({ failure }) => failure ?? []),
  }
}

interface FetchedBase {
  readonly text: string
  /** What takes the place of the URL. */
  readonly place?: string
  readonly file?: readonly [at: string, path: string]
  readonly failure?: ExpectedStop
}

async function fetched(
  text: string,
  directory: string,
  store: NonNullable<ElsewherePorts['store']>,
): Promise<FetchedBase> {
  try {
    const base = remoteBase(text)
    if (base !== undefined) {
      const { path } = await store.tree({
        url: base.url,
        ...(base.ref === undefined ? {} : { ref: base.ref }),
      })
      return { text, place: posix.relative(directory, posix.join(path, base.path)) || '.' }
    }
    const { path } = await store.file(text)
    // kustomize reads files only below the kustomization.
    const name = `${storeMount}-${path.split('/')[1]}-${posix.basename(path)}`
    return { text, place: name, file: [posix.join(directory, name), path] }
  } catch (failure) {
    if (failure instanceof ExpectedStop) return { text, failure }
    throw failure
  }
}

const parsed = perText((content): Json => {
  try {
    return parseValue(content, { merge: true, maxAliasCount: 10_000 })
  } catch {
    return null
  }
})
