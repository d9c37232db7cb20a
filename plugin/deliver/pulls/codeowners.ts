import picomatch from 'picomatch'

/** Where GitHub, GitLab and Gitea look for it, first found first. */
export const codeownersFiles: readonly string[] = [
  '.github/CODEOWNERS',
  'CODEOWNERS',
  'docs/CODEOWNERS',
  '.gitlab/CODEOWNERS',
  '.gitea/CODEOWNERS',
]

/** Tells the owners of a path, as written; empty for none. */
export type Owners = (path: string) => readonly string[]

/** Turns a pattern of https://docs.github.com/articles/about-code-owners into globs. */
function globs(pattern: string): readonly string[] {
  const anchored = pattern.startsWith('/') || pattern.slice(0, -1).includes('/')
  const bare = pattern.replace(/^\//, '')
  const root = anchored ? bare : `**/${bare}`
  if (root.endsWith('/')) return [`${root}**`]
  return root.endsWith('/*') ? [root] : [root, `${root}/**`]
}

/** Reads a CODEOWNERS file: the last pattern that matches wins; one without owners takes ownership away. */
export function readCodeowners(text: string): Owners {
  const rules = text.split('\n').flatMap((line) => {
    const [pattern, ...owners] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
    if (pattern === undefined || pattern === '' || /^\^?\[|^!/.test(pattern)) return []
    return [{ matches: picomatch([...globs(pattern)], { dot: true }), owners }]
  })
  return (path) => rules.findLast(({ matches }) => matches(path))?.owners ?? []
}
