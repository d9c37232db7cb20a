import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Checkout } from '../../run/checkout.ts'
import { findCheckout, pathInRepository } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'

/** A source on disk: the root of its repository, outside which nothing is read, and its path from there. */
export interface SourcePlace {
  readonly root: string
  readonly path: string
}

/**
 * The repository and path of a source. A repo-server passes no Git data; its environment says which path of the
 * repository the working directory is. Throws `path.outside` when the source is not in the repository.
 */
export function placeOf(host: Host, given: string, repo?: string): SourcePlace {
  const directory = resolve(host.cwd, repo ?? '.', given)
  const { root } = rootFromArgo(host, given) ?? findCheckout(host, repo, directory)
  return { root, path: pathInRepository({ root, gitdir: undefined }, directory, host.cwd) }
}

function rootFromArgo({ cwd, env }: Host, given: string): Pick<Checkout, 'root'> | undefined {
  const path = env['ARGOCD_APP_SOURCE_PATH']?.replace(/^\.?\/+|\/+$/g, '')
  const here = realpathSync(cwd)
  if (path === undefined || given !== '.') return undefined
  if (path === '' || path === '.') return { root: here }
  return here.endsWith(`/${path}`) ? { root: here.slice(0, -path.length - 1) } : undefined
}
