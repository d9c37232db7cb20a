import type { Splice } from '../model/edit.ts'
import type { YamlPath } from '../model/site.ts'
import type { InnerText } from '../yaml/block.ts'

/** What to create: a path whose last part does not exist, and the literal text of its value. */
export interface Insertion {
  readonly document: number
  readonly path: YamlPath
  /** A scalar as it is written in the file, or the lines of a block, without indentation. */
  readonly value: string | readonly string[]
}

/** The splices that create a path, or why it cannot be created without other changes. */
export type Inserted =
  | { readonly ok: true; readonly splices: readonly Splice[] }
  | { readonly ok: false; readonly reason: string }

/** An insertion that cannot be made. */
export const refused = (reason: string): Inserted => ({ ok: false, reason })

/** An insertion by the given splices. */
export const inserted = (...splices: readonly Splice[]): Inserted => ({ ok: true, splices })

/** An insertion into the YAML in a block of text, as one into the file. */
export const insertedInBlock = ({ toOuter, indent }: InnerText, splices: readonly Splice[]): Inserted =>
  inserted(
    ...splices.map(({ start, end, text }) => ({
      start: toOuter(start),
      end: toOuter(end),
      text: text.replaceAll('\n', `\n${indent}`),
    })),
  )
