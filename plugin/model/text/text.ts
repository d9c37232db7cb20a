import { redacted } from './secrets.ts'

/**
 * Where a text is shown: a terminal or a log of CI, Markdown on a forge, plain text on a forge (titles, statuses, commit
 * messages), a page, a line of the daemon's log, or nowhere (`data` is for programs).
 */
export type Medium = 'terminal' | 'markdown' | 'inert' | 'html' | 'log' | 'data'

const medium = Symbol('medium')
const content = Symbol('content')

/** Text that is safe in one medium. Only the writer of that medium makes it; no string takes its place. */
export interface Text<M extends Medium = Medium> {
  readonly [medium]: M
  readonly [content]: string
  /** In UTF-16 units. */
  readonly length: number
  /** The text as it is shown. */
  readonly toString: () => string
}

/** What no writer has escaped: names, paths, messages. Every string is foreign until a writer has escaped it. */
export type Untrusted = string | number

/** A part of a text: one that is safe in the medium stays as it is, anything else is escaped. */
export type Part<M extends Medium> = Text<M> | Untrusted

/** A string written in our own code; any other string has the type `string` and is refused. */
type Literal<S extends string> = string extends S ? never : S

/** The one way to make text for a medium: what the template itself says stays, what it takes in is escaped. */
export interface Writer<M extends Medium> {
  (literals: TemplateStringsArray, ...parts: readonly Part<M>[]): Text<M>
  /** Joins parts; those that are not text of this medium are escaped. */
  readonly join: <S extends string>(parts: readonly Part<M>[], separator: Literal<S>) => Text<M>
}

interface Rules {
  /** Makes a foreign text harmless inside a text of the medium. */
  readonly escaped: (text: string) => string
  /** What holds for a text as a whole, such as how its lines may begin. */
  readonly finish?: (text: string) => string
}

/** The writer of a medium. */
export function createWriter<M extends Medium>(name: M, { escaped, finish }: Rules): Writer<M> {
  const made = (text: string): Text<M> => madeText(name, text, finish)
  const part = (one: Part<M>): string =>
    typeof one === 'object' ? one[content] : escaped(redacted(String(one)))
  return Object.assign(
    (literals: TemplateStringsArray, ...parts: readonly Part<M>[]): Text<M> =>
      made(literals.map((literal, at) => `${at === 0 ? '' : part(parts[at - 1] ?? '')}${literal}`).join('')),
    {
      join: (parts: readonly Part<M>[], separator: string): Text<M> => made(parts.map(part).join(separator)),
    },
  )
}

/** A text of a medium from characters that are safe there already. For the writers' own files alone. */
export const madeText = <M extends Medium>(
  name: M,
  text: string,
  finish: (text: string) => string = (same) => same,
): Text<M> => ({
  [medium]: name,
  [content]: text,
  length: text.length,
  toString: () => finish(text),
})

/** The medium of a text. */
export const mediumOf = <M extends Medium>(text: Text<M>): M => text[medium]

/** The parts that are not empty. */
export const present = <P extends Part<Medium>>(parts: readonly (P | undefined)[]): readonly P[] =>
  parts.filter((one): one is P => one !== undefined && (typeof one === 'number' || one.length > 0))
