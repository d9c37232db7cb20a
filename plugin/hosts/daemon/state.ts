import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile } from '../../io/replace-file.ts'

/** The next time of each schedule. It is kept over restarts, to find missed runs. */
export interface DueTimes {
  readonly read: (schedule: string) => Date | undefined
  readonly write: (schedule: string, due: Date) => void
}

/** Keeps the times in a directory. A file that cannot be read counts as missing. */
export function openDueTimes(directory: string): DueTimes {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'due.json')
  const times = new Map(Object.entries(readTimes(file)))
  return {
    read: (schedule) => times.get(schedule),
    write: (schedule, due) => {
      times.set(schedule, due)
      replaceFile(file, JSON.stringify(Object.fromEntries(times)))
    },
  }
}

function readTimes(file: string): Record<string, Date> {
  try {
    const entries = Object.entries(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})
    const times = entries.map(([name, text]) => [name, new Date(String(text))] as const)
    return Object.fromEntries(times.filter(([, time]) => !Number.isNaN(time.getTime())))
  } catch {
    return {}
  }
}
