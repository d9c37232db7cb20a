import { resolve } from 'node:path'
import type { ChangesEntry } from '../../../config/changes.ts'
import { changesSchema } from '../../../config/changes.ts'
import { readBounded } from '../../io/read-bounded.ts'
import { ExpectedStop, stop } from '../../model/problem.ts'
import type { Host } from '../../run/host.ts'
import { parseValue } from '../../yaml/parse.ts'
import { yamlReason } from '../../yaml/reason.ts'

const mostBytes = 8 * 1024 ** 2

/** Reads a file of changes, YAML or JSON. Throws `usage` when it does not match the schema, and `files.unusable` for a large one. */
export function readChanges(host: Host, file: string): readonly ChangesEntry[] {
  const result = changesSchema.safeParse(parsed(host, file))
  if (result.success) return result.data
  const [first] = result.error.issues
  throw stop('usage', `${first?.path.join('.') || 'The file'}: ${first?.message}`, {
    place: { file },
    hint: 'Write a list of {source, workload: Kind/name, set: {app.requests.cpu: 250m}}.',
  })
}

function parsed(host: Host, file: string): unknown {
  try {
    return parseValue(readBounded({ file: resolve(host.cwd, file), shown: file, mostBytes }))
  } catch (cause) {
    if (cause instanceof ExpectedStop) throw cause
    throw stop('usage', `The file of changes cannot be read: ${yamlReason((cause as Error).message)}`, {
      place: { file },
      cause,
    })
  }
}
