import { anyGlob } from '../../model/glob.ts'

/** Where GitHub, GitLab and Gitea look for CODEOWNERS. The first file that exists is used. */
export const codeownersFiles: readonly string[] = [
  '.github/CODEOWNERS',
  'CODEOWNERS',
  'docs/CODEOWNERS',
  '.gitlab/CODEOWNERS',
  '.gitea/CODEOWNERS',
]

/** Returns the owners of a path as the file names them; empty when it has none. */
export type Owners = (path: string) => readonly string[]

/** Converts a pattern of https://docs.github.com/articles/about-code-owners to globs. */
function globs(pattern: string): readonly string[] {
  const anchored = pattern.startsWith('/') || pattern.slice(0, -1).includes('/')
  const bare = pattern.replace(/^\//, '')
  const root = anchored ? bare : `**/${bare}`
  if (root.endsWith('/')) return [`${root}**`]
  return root.endsWith('/*') ? [root] : [root, `${root}/**`]
}

/** Parses a CODEOWNERS file. The last pattern that matches wins; a pattern without owners removes the owners. */
export function readCodeowners(text: string): Owners {
  const rules = text.split('\n').flatMap((line) => {
    const [pattern, ...owners] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
    if (pattern === undefined || pattern === '' || /^\^?\[|^!/.test(pattern)) return []
    return [{ matches: anyGlob(globs(pattern), { dot: true }), owners }]
  })
  return (path) => rules.findLast(({ matches }) => matches(path))?.owners ?? []
}
