import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Checkout } from '../../run/checkout.ts'
import { findCheckout, pathInRepository } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'

/** A source on disk: the root that nothing may leave, and the path from there. */
export interface SourcePlace {
  readonly root: string
  readonly path: string
}

/** Where a source stands. A repo-server sends no Git data, but says where in the repository its directory belongs. */
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
