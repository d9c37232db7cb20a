import { existsSync, readFileSync } from 'node:fs'
import type { z } from 'zod'
import { stop } from '../model/problem.ts'

/**
 * The event that started a workflow of GitHub, in the file that the runner names; `undefined` outside of a workflow. Throws
 * `files.unusable` for a file that holds no such event.
 */
export function workflowEvent<T>(
  env: Readonly<Record<string, string | undefined>>,
  schema: z.ZodType<T>,
): T | undefined {
  const file = env['GITHUB_EVENT_PATH']
  if (file === undefined || !existsSync(file)) return undefined
  const unusable = (why: string) =>
    stop('files.unusable', `${file} is not an event of GitHub: ${why}`, {
      hint: 'The runner writes this file and names it in GITHUB_EVENT_PATH. Leave that as it is, or start the workflow again.',
    })
  let event: unknown
  try {
    event = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw unusable('it is no JSON')
  }
  const { data, error } = schema.safeParse(event)
  if (error === undefined) return data
  const [first] = error.issues
  throw unusable(`/${first?.path.join('/')}: ${first?.message}`)
}
