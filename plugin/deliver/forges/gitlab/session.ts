import type { Gitlab } from '@gitbeaker/rest'
import { z } from 'zod'
import type { HttpFailure, Send } from '../request.ts'

/** A client for one project. */
export interface Session {
  readonly project: string
  readonly api: InstanceType<typeof Gitlab>
  readonly send: Send
}

const causeSchema = z.object({ description: z.unknown(), response: z.object({ status: z.number() }) })

/** The client's errors contain the request with its token, so only status and description are read. */
export function failureOf(error: unknown): HttpFailure | undefined {
  if (!(error instanceof Error)) return undefined
  const cause = causeSchema.safeParse(error.cause)
  if (cause.success)
    return { status: cause.data.response.status, message: String(cause.data.description ?? error.message) }
  return error.name === 'GitbeakerRetryError' ? { status: 429, message: error.message } : undefined
}
