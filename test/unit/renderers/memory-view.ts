import { viewOf } from '../../../plugin/io/view.ts'
import type { RepositoryView } from '../../../plugin/model/source.ts'

/** A repository that exists only in memory: texts by path. */
export const memoryView = (texts: Readonly<Record<string, string>>): RepositoryView =>
  viewOf(
    {
      entries: async () => undefined,
      bytes: async (path) => {
        throw new Error(`${path} is not in memory`)
      },
    },
    new Map(Object.entries(texts)),
  )
