import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { TarEntry } from '../tar.ts'

const directory = (path: string, mode = 0o755): TarEntry => ({ kind: 'directory', path, mode })

/** What the lab puts in place of the base of an image: a Node and `env`, with the shared libraries of this machine that they load. */
export const baseEntries = (node: string): readonly TarEntry[] => [
  ...['/dev', '/proc'].map((path) => directory(path)),
  directory('/tmp', 0o1777),
  {
    kind: 'file',
    path: '/etc/passwd',
    mode: 0o644,
    content: Buffer.from('node:x:1000:1000::/home/node:/bin/false\n'),
  },
  ...withLibraries(node, '/usr/local/bin/node'),
  ...withLibraries('/usr/bin/env', '/usr/bin/env'),
]

/** A program of this machine with the shared libraries that it loads. */
export function withLibraries(program: string, path: string): readonly TarEntry[] {
  const needed = execFileSync('ldd', [program], { encoding: 'utf8' })
  const libraries = [...needed.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, file = '']) => file)
  const taken: readonly (readonly [string, string])[] = [
    [program, path],
    ...libraries.map((file) => [file, file] as const),
  ]
  return taken.map(([from, to]) => ({ kind: 'file', path: to, mode: 0o755, content: readFileSync(from) }))
}

/** The name of the base: the version of the Node, and of the system that has the libraries. */
export function baseName(node: string): string {
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim().replace(/^v/, '')
  const release = '/etc/os-release'
  const [, system = 'this machine'] =
    /^PRETTY_NAME="?([^"\n]*)/m.exec(existsSync(release) ? readFileSync(release, 'utf8') : '') ?? []
  return `Node ${version} with libraries of ${system}`
}
