import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { stop } from '../model/problem.ts'
import type { Host } from './host.ts'

/** A checkout (or a plain directory) with the place of its object store, if it has one. */
export interface Checkout {
  readonly root: string
  readonly gitdir: string | undefined
}

/** Finds the repository: the one named, else the one that holds `near` (the present directory by default). */
export function findCheckout(host: Host, named?: string, near = host.cwd): Checkout {
  if (named !== undefined) {
    const root = resolve(host.cwd, named)
    if (!existsSync(root) || !statSync(root).isDirectory()) {
      throw stop('path.missing', `there is no directory ${named}`, {
        hint: 'Name the root of a checkout with --repo.',
      })
    }
    return checkout(realpathSync(root))
  }
  const start = existsSync(near) ? realpathSync(near) : host.cwd
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return checkout(at)
    if (dirname(at) === at) return checkout(realpathSync(host.cwd))
  }
}

const checkout = (root: string): Checkout => {
  const gitdir = join(root, '.git')
  return { root, gitdir: existsSync(gitdir) && statSync(gitdir).isDirectory() ? gitdir : undefined }
}

/** A path given by a person, as a path in the repository. With `--repo` it is relative to that, else to the present directory. */
export function pathInRepository(host: Host, { root }: Checkout, given: string, named?: string): string {
  const base = named === undefined ? realpathSync(host.cwd) : root
  const full = isAbsolute(given) ? (existsSync(given) ? realpathSync(given) : given) : resolve(base, given)
  const path = relative(root, full)
  if (path.startsWith('..') || isAbsolute(path)) {
    throw stop('path.outside', `${given} is outside the repository ${root}`, {
      hint: 'Name a path inside it, or another repository with --repo.',
    })
  }
  return path === '' ? '.' : path.split('\\').join('/')
}
