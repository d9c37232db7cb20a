import type { Json } from './json.ts'

/** Results that are kept between runs, by a text that holds everything they were made from. */
export interface KeptResults {
  /** The result of a key; `undefined` where there is none, or where it is damaged. */
  read(key: string): Json | undefined
  /** Keeps a result. What JSON does not write exactly, and what is too large, is not kept. */
  keep(key: string, result: Json): void
}
