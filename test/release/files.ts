import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** All files below a directory, by their paths in it, in order. */
export const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort()

/** Copies files with directories from one place to another, without their times and owners. */
export function copyFiles(names: readonly string[], from: string, to: string): void {
  for (const name of names) {
    mkdirSync(dirname(join(to, name)), { recursive: true })
    copyFileSync(join(from, name), join(to, name))
  }
}

/** Gives every file below a directory the same time and the modes that Git keeps, so that archives of it are equal. */
export function settle(directory: string, seconds: number): void {
  for (const name of [...readdirSync(directory, { recursive: true, encoding: 'utf8' }), '.']) {
    const path = join(directory, name)
    const info = statSync(path)
    chmodSync(path, info.isDirectory() || (info.mode & 0o100) !== 0 ? 0o755 : 0o644)
    utimesSync(path, seconds, seconds)
  }
}

/** Root file systems have files of the machine that made them, and are not published. */
const ofMachine = /^images\/[^/]+-rootfs-[^/]+$/

/** Lines as `sha256sum` prints them, for every file below a directory that is published. */
export const checksums = (directory: string): string =>
  filesBelow(directory)
    .filter((name) => !ofMachine.test(name))
    .map((name) => `${sha256(readFileSync(join(directory, name)))}  ${name}\n`)
    .join('')

/** The SHA-256 of bytes in hexadecimal digits. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
