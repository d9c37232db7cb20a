import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const identity = (name: string) => ({
  GIT_AUTHOR_NAME: name,
  GIT_AUTHOR_EMAIL: `${name}@example.com`,
  GIT_COMMITTER_NAME: 'GitHub',
  GIT_COMMITTER_EMAIL: 'noreply@example.com',
})

/** One entry of a tree to write. */
export interface NewEntry {
  readonly path: string
  readonly mode: string
  readonly content: string | Buffer
}

/** The Git data of a bare repository, read and written with the real git. */
export interface BareRepository {
  readonly ref: (branch: string) => string | undefined
  readonly commit: (id: string) => { tree: string; parents: readonly string[]; message: string } | undefined
  readonly list: (
    tree: string,
    recursive: boolean,
  ) => readonly { mode: string; type: string; sha: string; path: string }[]
  /** Returns a file in base64. */
  readonly blob: (id: string) => string | undefined
  readonly writeTree: (base: string, entries: readonly NewEntry[]) => string
  readonly writeCommit: (made: {
    tree: string
    parents: readonly string[]
    message: string
    author: string
  }) => string
  /** Returns the refs whose names begin with a prefix. */
  readonly refs: (prefix: string) => readonly { branch: string; sha: string }[]
  /** Moves a ref as `git update-ref` does, with the old id as a lease. */
  readonly move: (ref: string, from: string, to: string) => boolean
  /** Moves refs, all or none. */
  readonly moveAll: (moves: readonly { name: string; from: string; to: string }[]) => boolean
  readonly isAncestor: (older: string, newer: string) => boolean
}

/** Opens a bare repository. */
export function openBare(gitdir: string): BareRepository {
  const git = (args: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): string =>
    execFileSync('git', ['--git-dir', gitdir, ...args], {
      encoding: 'utf8',
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
      env: { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', ...env },
    })
  const attempt = (...args: string[]): string | undefined => {
    try {
      return git(args)
    } catch {
      return undefined
    }
  }
  return {
    ref: (branch) => attempt('rev-parse', '--verify', '--quiet', `refs/heads/${branch}`)?.trim(),
    commit: (id) => {
      const text = attempt('cat-file', 'commit', id)
      if (text === undefined) return undefined
      const [head = '', ...rest] = text.split('\n\n')
      return {
        tree: /^tree (\w+)/m.exec(head)?.[1] ?? '',
        parents: [...head.matchAll(/^parent (\w+)/gm)].map(([, parent = '']) => parent),
        message: rest.join('\n\n').replace(/\n$/, ''),
      }
    },
    blob: (id) => {
      const text = attempt('cat-file', 'blob', id)
      return text === undefined ? undefined : Buffer.from(text).toString('base64')
    },
    list: (tree, recursive) =>
      git(['ls-tree', '-z', ...(recursive ? ['-r', '-t'] : []), tree])
        .split('\0')
        .filter(Boolean)
        .map((line) => {
          const [, mode = '', type = '', sha = '', path = ''] = /^(\d+) (\w+) (\w+)\t(.*)$/s.exec(line) ?? []
          return { mode, type, sha, path }
        }),
    writeTree: (base, entries) => {
      const directory = mkdtempSync(join(tmpdir(), 'github-index-'))
      const env = { GIT_INDEX_FILE: join(directory, 'index') }
      git(['read-tree', base], '', env)
      const names = entries.map(({ content }, nth) => {
        writeFileSync(join(directory, `blob-${nth}`), content)
        return join(directory, `blob-${nth}`)
      })
      const blobs = git(['hash-object', '-w', '--no-filters', '--stdin-paths'], names.join('\n')).split('\n')
      const lines = entries.map(({ path, mode }, nth) => `${mode} ${blobs[nth]}\t${path}\0`)
      git(['update-index', '-z', '--index-info'], lines.join(''), env)
      const tree = git(['write-tree'], '', env).trim()
      rmSync(directory, { recursive: true })
      return tree
    },
    writeCommit: ({ tree, parents, message, author }) =>
      git(
        ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent])],
        message,
        identity(author),
      ).trim(),
    refs: (prefix) =>
      git(['for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads'])
        .split('\n')
        .map((line) => ({ sha: line.slice(0, 40), branch: line.slice(41) }))
        .filter(({ branch }) => branch.startsWith(prefix)),
    move: (ref, from, to) => attempt('update-ref', ref, to, from) !== undefined,
    moveAll: (moves) => {
      try {
        git(
          ['update-ref', '--stdin', '-z'],
          moves.map(({ name, from, to }) => `update ${name}\0${to}\0${from}\0`).join(''),
        )
        return true
      } catch {
        return false
      }
    },
    isAncestor: (older, newer) => attempt('merge-base', '--is-ancestor', older, newer) !== undefined,
  }
}
