import type { Api } from 'gitea-js'
import { z } from 'zod'
import type { HttpFailure, Send } from '../request.ts'

/** Gitea returns at most 50 entries a page. */
export const pageSize = 50

/** A client for one repository. */
export interface Session {
  readonly owner: string
  readonly repo: string
  readonly api: Api<unknown>
  readonly send: Send
}

/** The client rejects with the response, which it gives an `error` property. */
export function failureOf(error: unknown): HttpFailure | undefined {
  if (!(error instanceof Response)) return undefined
  const body: unknown = 'error' in error ? error.error : undefined
  const message = z.object({ message: z.string() }).safeParse(body)
  return { status: error.status, message: message.success ? message.data.message : error.statusText }
}

/** Reads pages until one is not full or `max` entries are read. */
export async function readPages<T>(
  schema: z.ZodType<T>,
  get: (page: number) => Promise<{ readonly data: unknown }>,
  max = Number.POSITIVE_INFINITY,
): Promise<readonly T[]> {
  const all: T[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await get(page)
    const found = z.array(schema).parse(data ?? [])
    all.push(...found)
    if (found.length < pageSize || all.length >= max) return all
  }
}
