import { posix } from 'node:path'
import { stop } from '../model/problem.ts'
import type { Tree } from './tree.ts'

/** A path to resolve, and the number of links that were followed to it. */
interface Step {
  readonly path: string
  readonly links: number
}

/** A file or directory with its real path. */
export interface ResolvedPath {
  readonly kind: 'file' | 'directory'
  readonly path: string
}

const mostLinks = 40

/**
 * Resolves a path in a tree and follows its links; `undefined` when nothing is there. Rejects with `path.outside` when the path
 * or a link leaves the repository.
 */
export const resolvePath = (tree: Tree, path: string): Promise<ResolvedPath | undefined> =>
  resolveStep(tree, { path, links: 0 })

async function resolveStep(tree: Tree, step: Step): Promise<ResolvedPath | undefined> {
  const path = containedPath(step.path)
  let at = '.'
  const parts = path === '.' ? [] : path.split('/')
  for (const [index, part] of parts.entries()) {
    const entry = (await tree.entries(at))?.get(part)
    const here = posix.join(at, part)
    const isLast = index === parts.length - 1
    if (entry === undefined) return undefined
    if (entry.kind === 'link') {
      return resolveStep(tree, followLink(step, { here, target: entry.target, rest: parts.slice(index + 1) }))
    }
    if (isLast) return { kind: entry.kind, path: here }
    if (entry.kind === 'file') return undefined
    at = here
  }
  return { kind: 'directory', path: '.' }
}

interface Link {
  readonly here: string
  readonly target: string
  readonly rest: readonly string[]
}

function followLink({ path, links }: Step, { here, target, rest }: Link): Step {
  if (links >= mostLinks) throw outside(path, `follows more than ${mostLinks} links`)
  if (posix.isAbsolute(target)) throw outside(path, `is a link to ${target}, outside the repository`)
  return { path: posix.join(posix.dirname(here), target, ...rest), links: links + 1 }
}

/** Normalises a path inside the repository. Throws `path.outside` when it leaves the repository. */
export function containedPath(path: string): string {
  if (isNormal(path)) return path
  const normal = posix.normalize(path).replace(/\/$/, '')
  if (posix.isAbsolute(normal)) throw outside(path, 'is absolute')
  if (normal === '..' || normal.startsWith('../')) throw outside(path, 'leads outside the repository')
  return normal === '' ? '.' : normal
}

/** Whether a path has no empty step, no `.` and no `..`; one that starts or ends with a slash has an empty step. */
export const isNormal = (path: string): boolean => !/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)

const outside = (path: string, why: string) =>
  stop('path.outside', `the path ${why}`, {
    place: { file: path },
    hint: 'Use a path inside the repository.',
  })
