import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { type JsonObject, valueAt } from '../../plugin/model/json.ts'
import type { Source } from '../../plugin/model/source.ts'
import type { HelmSource } from '../../renderers/helm/source.ts'
import type { KustomizeSource } from '../../renderers/kustomize/source.ts'
import type { PlainSource } from '../../renderers/plain/source.ts'
import { programDirectory } from '../lab/programs.mjs'

const bin = programDirectory('v35')
const run = promisify(execFile)

/** What the bare programs print for what a source is rolled out from; `undefined` where a command line cannot say it all. */
export async function renderBare(
  parts: readonly Source[],
  root: string,
): Promise<readonly JsonObject[] | undefined> {
  const rendered: JsonObject[] = []
  for (const part of parts) {
    const text = await bareText(part, root)
    if (text === undefined) return undefined
    rendered.push(...objectsIn(text))
  }
  return rendered
}

async function bareText(part: Source, root: string): Promise<string | undefined> {
  if (part.kind === 'plain') return plainText(part as PlainSource, root)
  const [program, ...args] = part.kind === 'helm' ? helmLine(part as HelmSource) : kustomizeLine(part)
  if (program === undefined) return undefined
  const inline = part.kind === 'helm' ? ((part as HelmSource).inlineValues ?? []) : []
  const standardInput = inline.length === 1 ? inline[0] : undefined
  if (inline.length > 1) return undefined
  const child = run(join(bin, program), args, { cwd: root, maxBuffer: 256 * 1024 ** 2 })
  child.child.stdin?.end(standardInput ?? '')
  return (await child).stdout
}

function helmLine(part: HelmSource): readonly string[] {
  if (part.replacesDefaults === true && part.values.length > 0) return []
  return [
    'helm',
    'template',
    part.release,
    `./${part.path}`,
    '--skip-tests',
    ...(part.namespace === undefined ? [] : ['--namespace', part.namespace]),
    ...part.values.flatMap((file) => ['--values', file]),
    ...((part.inlineValues ?? []).length === 0 ? [] : ['--values', '-']),
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

/** Every scalar of objects by `Kind/namespace/name path`; list items with names are found by those. */
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
      collect(item, `${at}.${typeof name === 'string' ? `(${name})` : index}`, found)
    })
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, `${at}.${key}`, found)
  } else if (value !== null && value !== undefined) found.set(at, String(value))
}
