import type { TreeEntry } from '../../plugin/io/tree.ts'
import { viewOf } from '../../plugin/io/view.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'

/** A repository in memory. A text that begins with `-> ` is a link to the path behind it. */
export function memoryView(files: Readonly<Record<string, string>>): RepositoryView {
  const paths = Object.keys(files)
  const linkOf = (path: string): string | undefined => /^-> (.*)$/.exec(files[path] ?? '')?.[1]
  return viewOf({
    entries: async (directory) => {
      const below = directory === '.' ? paths : paths.filter((path) => path.startsWith(`${directory}/`))
      if (below.length === 0 && directory !== '.') return undefined
      return new Map(
        below.map((path): readonly [string, TreeEntry] => {
          const [name = '', ...rest] = path.slice(directory === '.' ? 0 : directory.length + 1).split('/')
          const target = linkOf(path)
          if (rest.length > 0) return [name, { kind: 'directory' }]
          return [name, target === undefined ? { kind: 'file' } : { kind: 'link', target }]
        }),
      )
    },
    bytes: async (path) => new TextEncoder().encode(files[path] ?? ''),
  })
}
