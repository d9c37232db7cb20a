import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Files } from '../lab/layouts.ts'
import { programDirectory } from '../lab/programs.mjs'
import { type Ended, git, tortoise } from './program.ts'

/** Writes files below a new directory in `root`. */
export function directoryWith(files: Files, root: string): string {
  const directory = mkdtempSync(join(root, 'files-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
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
  git(directory, 'init', '--quiet', '--initial-branch=main')
  git(directory, 'add', '--all')
  git(directory, 'commit', '--quiet', '--message=start', '--date=2026-01-01T00:00:00Z')
  const home = mkdtempSync(join(root, 'home-'))
  const PATH = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
  const env = { PATH, HOME: home, XDG_CONFIG_HOME: home }
  return { directory, home, env, run: (...args) => tortoise([...args, '--repo', directory], { env }) }
}
