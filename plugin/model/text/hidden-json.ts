import type { z } from 'zod'
import { hiddenData, hiddenForm, type Markdown } from './markdown.ts'

// biome-ignore lint/plugin: it is made of constants
const every = new RegExp(hiddenForm, 'g')

/** A value as JSON in a comment that readers do not see. */
export const hiddenJson = (value: unknown): Markdown =>
  hiddenData(
    btoa(
      [...new TextEncoder().encode(JSON.stringify(value))].map((one) => String.fromCharCode(one)).join(''),
    ),
  )

/** The first hidden value of a text that a schema accepts; `undefined` without one. */
export function readHidden<T>(text: string, schema: z.ZodType<T>): T | undefined {
  for (const [, base64 = ''] of text.matchAll(every)) {
    const value = valueIn(base64, schema)
    if (value !== undefined) return value
  }
  return undefined
}

/** A text without the hidden values that a schema accepts. */
export const withoutHidden = (text: string, schema: z.ZodType): string =>
  text.replace(every, (comment, base64: string) => (valueIn(base64, schema) === undefined ? comment : ''))

/** `undefined` for data of another kind, and for damaged data. */
function valueIn<T>(base64: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(textIn(base64))).data
  } catch {
    return undefined
  }
}

/** The text that base64 holds as UTF-8. Throws for text that is no base64. */
const textIn = (base64: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (one) => one.charCodeAt(0)))
