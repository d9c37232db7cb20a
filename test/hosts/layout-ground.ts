import { mkdtempSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Files } from '../lab/layouts.ts'
import { programDirectory } from '../lab/programs.mjs'
import { beginRepository, type Ended, tortoise, writeFiles } from './program.ts'

/** Writes files below a new directory in `root`. */
export function directoryWith(files: Files, root: string): string {
  const directory = mkdtempSync(join(root, 'files-'))
  writeFiles(directory, files)
  return directory
}

/** A checkout, the home of a user that has no other one, and the program run on it. */
export interface FirstCheckout {
  readonly directory: string
  readonly home: string
  readonly env: Readonly<Record<string, string>>
  /** Runs the built program on the checkout. */
  readonly run: (...args: readonly string[]) => Promise<Ended>
}

/** Commits files to a new checkout in `root`. Its operator settings are no other's. */
export function checkoutWith(files: Files, root: string): FirstCheckout {
  const directory = directoryWith(files, root)
  beginRepository(directory, '--date=2026-01-01T00:00:00Z')
  const home = mkdtempSync(join(root, 'home-'))
  const PATH = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
  const env = { PATH, HOME: home, XDG_CONFIG_HOME: home }
  return { directory, home, env, run: (...args) => tortoise([...args, '--repo', directory], { env }) }
}
