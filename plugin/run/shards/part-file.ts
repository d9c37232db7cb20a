import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { fileLines } from '../../io/file-lines.ts'
import { stop } from '../../model/problem.ts'
import type { PlanPart } from '../../plan/plan-shard.ts'
import type { Environment } from '../host.ts'

/** Bytes. A text of twice the size does not fit into a string. */
const longestLine = 256 * 1024 ** 2

const headSchema = z.object({
  kind: z.literal('TortoisePlanPart'),
  version: z.literal(1),
  /** The program that planned it. Another one may decide otherwise. */
  program: z.string(),
  shard: z.object({ index: z.number().int().positive(), of: z.number().int().positive() }),
  /** The commit that was planned on; absent for the files of a work tree. */
  commit: z.string().optional(),
  /** SHA-256 of the usage, and of the settings that decide. */
  usage: z.string(),
  settings: z.string(),
  /** Charts and Git sources that were fetched, as in a plan. */
  fetched: z.array(z.string()),
  /** Lines that follow, and their SHA-256. */
  lines: z.number().int(),
  sha256: z.string(),
})

/** The first line of a part file: of what the part is. */
export type PartHead = z.infer<typeof headSchema>

/** What a part must have in common with the others, and with the merge. */
export type PartOrigin = Pick<PartHead, 'program' | 'commit' | 'usage' | 'settings'>

/** A part as read from its file. */
export interface PartFile {
  readonly file: string
  readonly head: PartHead
  readonly part: PlanPart
}

/** Writes a part: a first line about it, then one line for each source, what is skipped, and each group. */
export function writePart(
  { cwd }: Pick<Environment, 'cwd'>,
  { file, head, part }: Omit<PartFile, 'head'> & { readonly head: Omit<PartHead, Derived> },
): void {
  const lines = [
    ...part.facts.map((fact) => JSON.stringify({ fact })),
    ...part.failed.map((failed) => JSON.stringify({ failed })),
    ...part.groups.map((group) => JSON.stringify({ group })),
  ]
  const first = { kind: 'TortoisePlanPart', version: 1, ...head, lines: lines.length, sha256: digest(lines) }
  mkdirSync(dirname(resolve(cwd, file)), { recursive: true })
  const descriptor = openSync(resolve(cwd, file), 'w', 0o600)
  try {
    for (const line of [JSON.stringify(first), ...lines]) writeSync(descriptor, `${line}\n`)
  } finally {
    closeSync(descriptor)
  }
}

type Derived = 'kind' | 'version' | 'lines' | 'sha256'

/** Returns the SHA-256 of texts, each followed by a line feed. */
export function digest(texts: Iterable<string>): string {
  const hash = createHash('sha256')
  for (const text of texts) hash.update(text).update('\n')
  return hash.digest('hex')
}

/** Reads part files, and directories of them, each file once. Throws `path.missing` or `shards.unusable`. */
export function readParts({ cwd }: Pick<Environment, 'cwd'>, files: readonly string[]): readonly PartFile[] {
  const found = files.flatMap((file) => partFiles(cwd, file))
  return [...new Map(found.map((one) => [one.path, one])).values()].map((one) => readPart(one))
}

function partFiles(cwd: string, file: string) {
  const path = resolve(cwd, file)
  const hint = 'Write one for each shard with --shard I/N --out FILE.'
  if (!existsSync(path)) throw stop('path.missing', `there is no part file ${file}`, { hint })
  if (!statSync(path).isDirectory()) return [{ file, path }]
  const names = readdirSync(path).filter((name) => name.endsWith('.json'))
  if (names.length === 0) throw stop('path.missing', `the directory ${file} contains no part file`, { hint })
  return names.sort().map((name) => ({ file: join(file, name), path: join(path, name) }))
}

function readPart({ file, path }: { readonly file: string; readonly path: string }): PartFile {
  const [first = '', ...lines] = fileLines({ file: path, shown: file, longest: longestLine })
  const head = headOf(file, first)
  if (head.lines !== lines.length || head.sha256 !== digest(lines))
    throw unusable(file, 'the file is not whole: it was cut off or edited')
  const part: { -readonly [K in keyof PlanPart]: PlanPart[K][number][] } = {
    facts: [],
    failed: [],
    groups: [],
  }
  for (const line of lines) {
    // Its digest says that this program wrote it.
    const one = JSON.parse(line) as Line
    if ('fact' in one) part.facts.push(one.fact)
    else if ('failed' in one) part.failed.push(one.failed)
    else part.groups.push(one.group)
  }
  return { file, head, part }
}

type Line =
  | { readonly fact: PlanPart['facts'][number] }
  | { readonly failed: PlanPart['failed'][number] }
  | { readonly group: PlanPart['groups'][number] }

function headOf(file: string, line: string): PartHead {
  const parsed = headSchema.safeParse(asJson(line))
  if (parsed.success) return parsed.data
  throw unusable(file, 'the file is no part of a plan, or a later version wrote it')
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const unusable = (file: string, message: string) =>
  stop('shards.unusable', message, { place: { file }, hint: 'Plan this shard again.' })
