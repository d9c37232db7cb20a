import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { type Json, type JsonObject, valueAt } from '../../plugin/model/json.ts'
import type { RepositoryView, Source } from '../../plugin/model/source.ts'
import { isStored } from '../../plugin/model/store.ts'
import type { HelmSource } from '../../renderers/helm/source.ts'
import type { KustomizeSource } from '../../renderers/kustomize/source.ts'
import type { PlainSource } from '../../renderers/plain/source.ts'
import { programDirectory } from '../lab/programs.mjs'

const bin = programDirectory('v35')
const run = promisify(execFile)

/** What the bare programs print for what a source is rolled out from; `undefined` where a command line cannot say it all. */
export async function renderBare(
  parts: readonly Source[],
  { root, view }: { readonly root: string; readonly view: RepositoryView },
): Promise<readonly JsonObject[] | undefined> {
  const rendered: JsonObject[] = []
  for (const part of parts) {
    if (isStored(part.path)) await writeBelow(part.path, root, view)
    const text = await bareText(part, root)
    if (text === undefined) return undefined
    rendered.push(...objectsIn(text))
  }
  return rendered
}

/** Writes the files of a fetched chart to disk, where the bare programs find them. */
async function writeBelow(path: string, root: string, view: RepositoryView): Promise<void> {
  if (existsSync(join(root, path))) return
  mkdirSync(join(root, path), { recursive: true })
  for (const { name } of await view.list(path)) {
    const at = `${path}/${name}`
    if ((await view.kind(at)) === 'directory') await writeBelow(at, root, view)
    else writeFileSync(join(root, at), (await view.bytes(at)) ?? '')
  }
}

async function bareText(part: Source, root: string): Promise<string | undefined> {
  if (part.kind === 'plain') return plainText(part as PlainSource, root)
  const home = mkdtempSync(join(tmpdir(), 'tortoise-bare-'))
  try {
    const [program, ...args] = part.kind === 'helm' ? helmLine(part as HelmSource, home) : kustomizeLine(part)
    if (program === undefined) return undefined
    return (await run(join(bin, program), args, { cwd: root, maxBuffer: 256 * 1024 ** 2 })).stdout
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function helmLine(part: HelmSource, home: string): readonly string[] {
  const inline = (part.inlineValues ?? []).map((text, index) => {
    const file = join(home, `values-${index}.yaml`)
    writeFileSync(file, text)
    return file
  })
  if (part.replacesDefaults === true && part.values.length > 0) return []
  return [
    'helm',
    'template',
    part.release,
    `./${part.path}`,
    '--skip-tests',
    ...(part.namespace === undefined ? [] : ['--namespace', part.namespace]),
    ...[...part.values, ...inline].flatMap((file) => ['--values', file]),
    ...(part.parameters ?? []).flatMap((pair) => ['--set', pair]),
    ...(part.kubeVersion === undefined ? [] : ['--kube-version', part.kubeVersion]),
    ...(part.apiVersions ?? []).flatMap((version) => ['--api-versions', version]),
  ]
}

function kustomizeLine(part: Source): readonly string[] {
  const { path, additions, loadRestrictor } = part as KustomizeSource
  const rules = loadRestrictor === undefined ? [] : ['--load-restrictor', loadRestrictor]
  return additions === undefined ? ['kubectl', 'kustomize', `./${path}`, ...rules] : []
}

function plainText({ path, include, exclude, recurse }: PlainSource, root: string): string | undefined {
  if (include !== undefined || exclude !== undefined) return undefined
  const at = join(root, path)
  if (statSync(at).isFile()) return readFileSync(at, 'utf8')
  const files = readdirSync(at, { recursive: recurse !== false, encoding: 'utf8' })
  return files
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .map((name) => readFileSync(join(at, name), 'utf8'))
    .join('\n---\n')
}

function objectsIn(text: string): readonly JsonObject[] {
  const documents = parseAllDocuments(text, { uniqueKeys: false, merge: true })
  if ('empty' in documents) return []
  return documents
    .map((document) => document.toJS() as JsonObject | null)
    .filter((value) => value !== null && typeof value === 'object')
    .flatMap((value) => (Array.isArray(value['items']) ? (value['items'] as JsonObject[]) : [value]))
}

/** Objects with patches, as the bare kustomize applies them. */
export async function postRendered(
  objects: readonly JsonObject[],
  patches: readonly Json[],
): Promise<readonly JsonObject[]> {
  if (patches.length === 0) return objects
  const home = mkdtempSync(join(tmpdir(), 'tortoise-bare-'))
  try {
    writeFileSync(join(home, 'all.yaml'), objects.map((one) => JSON.stringify(one)).join('\n---\n'))
    writeFileSync(join(home, 'kustomization.yaml'), JSON.stringify({ resources: ['all.yaml'], patches }))
    const { stdout } = await run(join(bin, 'kubectl'), ['kustomize', home], { maxBuffer: 256 * 1024 ** 2 })
    return objectsIn(stdout)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Every scalar of objects by `Kind/namespace/name path`; a list item is `0(name)` where it has a name. */
export function scalarsOf(objects: readonly JsonObject[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const object of objects) {
    const [namespace, name] = ['namespace', 'name'].map((key) => valueAt(object, ['metadata', key]) ?? '')
    collect(object, `${object['kind']}/${namespace}/${name} `, found)
  }
  return found
}

function collect(value: unknown, at: string, found: Map<string, string>): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      const name = typeof item === 'object' && item !== null ? item.name : undefined
      collect(item, `${at}.${index}${typeof name === 'string' ? `(${name})` : ''}`, found)
    })
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, `${at}.${key}`, found)
  } else if (value !== null && value !== undefined) found.set(at, String(value))
}
