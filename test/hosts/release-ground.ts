import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { git, read } from './program.ts'

/** The project. */
export const root = join(import.meta.dirname, '../..')
/** A directory for the tests of one file. It is removed after them. */
export const work = mkdtempSync(join(tmpdir(), 'tortoise-release-test-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))
/** The version in the manifest. */
export const { version } = JSON.parse(read(root, 'package.json')) as { readonly version: string }

/** The project as a clone has it: no `dist/`, and what `npm ci` installs is linked. */
export function clone(): string {
  const directory = mkdtempSync(join(work, 'clone-'))
  git(root, 'clone', '--quiet', '--no-hardlinks', root, directory)
  const files = git(root, 'ls-files', '--cached', '--others', '--exclude-standard').trim().split('\n')
  // What is not committed yet is tested too.
  for (const name of files) cpSync(join(root, name), join(directory, name))
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  return directory
}

/** Runs `npm run release` in a directory. */
export function release(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync('npm', ['run', '--silent', 'release', '--', ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, npm_config_offline: 'true', ...env },
  })
}

/** Builds what would be published into a directory, and returns the time of the commit, in seconds since 1970. */
export function build(out: string): number {
  const ended = release(clone(), ['--dry-run', '--out', out])
  expect(ended.status, ended.stderr).toBe(0)
  return Number(git(root, 'log', '-1', '--format=%ct'))
}

/** Names in a gzipped archive, with the modes and times that it gives them. */
export const listed = (archive: string): readonly string[] =>
  execFileSync('tar', ['--list', '--verbose', '--full-time', '--utc', '--file', archive], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')

/** The files below a directory with their modes, in order. */
export const filesBelow = (directory: string): readonly string[] =>
  execFileSync('find', ['.', '-type', 'f', '-printf', '%m %P\n'], { cwd: directory, encoding: 'utf8' })
    .trim()
    .split('\n')
    .sort()
