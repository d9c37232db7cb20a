import * as z from 'zod'
import type { Observation } from '../model/observation.ts'
import { ExpectedStop, type Place, type Problem } from '../model/problem.ts'
import { onPresentScale } from './former-scale.ts'
import {
  formerVersion,
  observationSchema,
  type Snapshot,
  snapshotKind,
  snapshotSchema,
  snapshotVersion,
} from './snapshot-schema.ts'

/** Reads the text of a snapshot file. Throws an ExpectedStop with all problems (`snapshot.invalid`). */
export function parseSnapshot(file: string, text: string): Snapshot {
  const value = parseJson(file, text)
  const header = headerSchema.safeParse(value).data
  if (header?.kind !== snapshotKind) {
    throw invalid(file, [`this is not a snapshot: kind is ${shown(header?.kind)}, not ${snapshotKind}`])
  }
  if (header.version !== snapshotVersion && header.version !== formerVersion) {
    throw invalid(file, [
      `the version of this snapshot is ${shown(header.version)}, and only versions ${formerVersion} and ${snapshotVersion} can be read`,
    ])
  }
  const { data, error } = snapshotSchema.safeParse(value)
  if (data !== undefined) return present(data)
  throw invalid(
    file,
    error.issues.map(({ path, message }) => `${printPath(path)}: ${message}`),
  )
}

/** The snapshot in the present version. */
const present = (snapshot: Snapshot): Snapshot =>
  snapshot.version === snapshotVersion
    ? snapshot
    : { ...snapshot, version: snapshotVersion, observations: snapshot.observations.map(onPresentScale) }

/** The first line of a snapshot as `snapshotLines` writes it. */
const firstLine = /^(\{.*),"observations":\[$/

/**
 * Reads a snapshot from its lines: one observation at a time where it is written as `snapshotLines` does, else the whole text by
 * `readWhole`. Throws like `parseSnapshot`.
 */
export function parseSnapshotLines(file: string, lines: Iterable<string>, readWhole: () => string): Snapshot {
  const all = lines[Symbol.iterator]()
  const { value: first = '' } = all.next() as { readonly value?: string }
  const [, head] = firstLine.exec(first) ?? []
  if (head === undefined) return parseSnapshot(file, readWhole())
  const snapshot = parseSnapshot(file, `${head},"observations":[]}`)
  const isFormer = headerSchema.parse(JSON.parse(`${head}}`)).version === formerVersion
  const observations: Observation[] = []
  for (let number = 2; ; number += 1) {
    const { value: line, done } = all.next() as { readonly value?: string; readonly done?: boolean }
    if (done === true || line === undefined) throw invalid(file, ['the file ends early'])
    if (line === ']}' && isEnd(all)) return { ...snapshot, observations }
    const one = observationIn({ file, line: number }, line.replace(/,$/, ''))
    observations.push(isFormer ? onPresentScale(one) : one)
  }
}

/** Whether nothing but an empty line is left. */
function isEnd(lines: Iterator<string>): boolean {
  const { value = '', done } = lines.next()
  return done === true || value.trim() === ''
}

function observationIn(place: Place, text: string): Observation {
  const { data, error } = observationSchema.safeParse(parseJson(place.file, text))
  if (data !== undefined) return data
  throw invalid(
    place.file,
    error.issues.map(({ path, message }) => `${printPath(path)}: ${message}`),
    place.line,
  )
}

const headerSchema = z.object({ kind: z.unknown(), version: z.unknown() }).partial()
const shown = (value: unknown): string =>
  value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60)

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    const position = Number(/position (\d+)/.exec(reason)?.[1] ?? 0)
    const isCut = /end of JSON|Unterminated/.test(reason) || position >= text.trimEnd().length
    throw invalid(file, [
      text.trim() === '' ? 'the file is empty' : isCut ? 'the file ends early' : 'this is not JSON',
    ])
  }
}

function invalid(file: string, messages: readonly string[], line?: number): ExpectedStop {
  return new ExpectedStop(
    messages.map(
      (message): Problem => ({
        code: 'snapshot.invalid',
        message,
        place: { file, ...(line !== undefined && { line }) },
        hint: 'Record one with `tortoise snapshot --out FILE`.',
      }),
    ),
  )
}

const printPath = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')

/** Prints a snapshot with one observation per line, so that two recordings can be compared line by line. */
export const printSnapshot = (snapshot: Snapshot): string => [...snapshotLines(snapshot)].join('')

/** The same text line by line, so that the snapshot of a fleet is never one string. */
export function* snapshotLines({ recordedAt, readings, observations }: Snapshot): Generator<string> {
  const head = JSON.stringify({ kind: snapshotKind, version: snapshotVersion, recordedAt, readings }).slice(
    0,
    -1,
  )
  yield `${head},"observations":[${observations.length === 0 ? '' : '\n'}`
  const last = observations.length - 1
  for (const [at, one] of observations.entries())
    yield `${JSON.stringify(observationSchema.parse(one))}${at === last ? '\n' : ',\n'}`
  yield ']}\n'
}
