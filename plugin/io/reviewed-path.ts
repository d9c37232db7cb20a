import { realpathSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join, resolve, sep } from 'node:path'

/**
 * Returns whether an absolute path leads into a directory: by its name, or after its links are followed. The root of the
 * file system holds everything, so that nothing counts as inside it.
 */
export function leadsInto(directory: string, path: string): boolean {
  const [root, name] = [resolve(directory), resolve(path)]
  return (
    root !== sep && [name, realPath(name)].some((one) => isBelow(one, root) || isBelow(one, realPath(root)))
  )
}

const isBelow = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(`${directory}${sep}`)

/** The path without links, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realPath(parent), path.slice(parent.length))
  }
}

/** The directories of a search path that are absolute and do not lead into a repository. */
export const searchDirectories = (searchPath: string, repository: string | undefined): readonly string[] =>
  searchPath
    .split(delimiter)
    .filter((one) => isAbsolute(one) && (repository === undefined || !leadsInto(repository, one)))
