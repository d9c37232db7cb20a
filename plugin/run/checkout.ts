import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { stop } from '../model/problem.ts'
import type { Environment } from './host.ts'

/** A checkout or a plain directory. */
export interface Checkout {
  readonly root: string
  /** The `.git` directory; `undefined` when there is none, or when it is a file (linked worktree, submodule). */
  readonly gitdir: string | undefined
}

/**
 * Returns the named repository, or else the checkout that contains `near` (the current directory by default). Outside any
 * checkout it returns the current directory. Throws `path.missing` when the named directory does not exist.
 */
export function findCheckout({ cwd }: Pick<Environment, 'cwd'>, named?: string, near = cwd): Checkout {
  if (named !== undefined) {
    const root = resolve(cwd, named)
    if (!existsSync(root) || !statSync(root).isDirectory()) {
      throw stop('path.missing', `there is no directory ${named}`, {
        hint: 'Pass the root of a checkout with --repo.',
      })
    }
    return checkout(realpathSync(root))
  }
  return enclosingCheckout(existsSync(near) ? near : cwd) ?? checkout(realpathSync(cwd))
}

/**
 * Returns the named repository, or the checkout that contains the current directory, for commands that search all of it. Throws
 * `usage` outside any checkout.
 */
export function requireCheckout(environment: Pick<Environment, 'cwd'>, named?: string): Checkout {
  const { cwd } = environment
  if (named === undefined && enclosingCheckout(cwd) === undefined)
    throw stop('usage', `${cwd} is not in a Git checkout, and nothing else says what to search`, {
      hint: 'Run it in a clone of the repository, or name a directory with --repo DIR.',
    })
  return findCheckout(environment, named)
}

/** Returns the checkout that contains a directory or file; `undefined` outside any checkout. */
export function enclosingCheckout(path: string): Checkout | undefined {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return checkout(at)
    if (dirname(at) === at) return undefined
  }
}

const checkout = (root: string): Checkout => {
  const gitdir = join(root, '.git')
  return { root, gitdir: existsSync(gitdir) && statSync(gitdir).isDirectory() ? gitdir : undefined }
}

/**
 * Returns the path of a file or directory from the root of the repository. A relative `given` starts from `base`.
 * Throws `path.outside` when it lies outside the repository.
 */
export function pathInRepository({ root }: Checkout, given: string, base: string): string {
  const full = isAbsolute(given)
    ? existsSync(given)
      ? realpathSync(given)
      : given
    : resolve(realpathSync(base), given)
  const path = relative(root, full)
  if (path.startsWith('..') || isAbsolute(path)) {
    throw stop('path.outside', `${given} is outside the repository ${root}`, {
      hint: 'Pass a path inside it, or another repository with --repo.',
    })
  }
  return path === '' ? '.' : path.split('\\').join('/')
}
