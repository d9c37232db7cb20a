import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { replaceFile } from '../../io/replace-file.ts'
import type { RunLabels } from './record-outcome.ts'

const successSchema = z.object({
  labels: z.union([
    z.strictObject({ schedule: z.string(), repository: z.string(), branch: z.string() }),
    z.strictObject({ schedule: z.string() }),
  ]),
  /** In seconds since 1970. */
  at: z.number(),
})

type Success = z.infer<typeof successSchema>

/** When each schedule, or each repository of one, last had a successful run. It is kept over restarts, for the alert about that. */
export interface Successes {
  readonly of: (schedule: string) => readonly Success[]
  readonly add: (success: Success) => void
  /** Forgets what a schedule had of others than these. */
  readonly keep: (schedule: string, those: readonly RunLabels[]) => void
}

/** Keeps the times in a directory. A file that cannot be read counts as missing. */
export function openSuccesses(directory: string): Successes {
  const file = join(directory, 'successes.json')
  const all = new Map(read(file).map((one) => [keyOf(one.labels), one]))
  const write = (): void => {
    mkdirSync(dirname(file), { recursive: true })
    replaceFile(file, JSON.stringify([...all.values()]))
  }
  const of = (schedule: string): readonly Success[] =>
    [...all.values()].filter(({ labels }) => labels.schedule === schedule)
  return {
    of,
    add: (success) => {
      all.set(keyOf(success.labels), success)
      write()
    },
    keep: (schedule, those) => {
      const kept = new Set(those.map(keyOf))
      const gone = of(schedule).filter(({ labels }) => !kept.has(keyOf(labels)))
      for (const { labels } of gone) all.delete(keyOf(labels))
      if (gone.length > 0) write()
    },
  }
}

const keyOf = (labels: RunLabels): string =>
  'repository' in labels ? [labels.schedule, labels.repository, labels.branch].join('\0') : labels.schedule

function read(file: string): readonly Success[] {
  try {
    return existsSync(file) ? z.array(successSchema).parse(JSON.parse(readFileSync(file, 'utf8'))) : []
  } catch {
    return []
  }
}
