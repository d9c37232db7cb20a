import type { RepositoryView } from '../../../plugin/model/source.ts'
import { pathHere } from '../../../renderers/origin/declared-repositories.ts'
import type { DeclaringPorts } from '../../../renderers/release/declaring-kind.ts'

/** Ports with which every origin is this repository; templates that need the real engine are refused. */
export const portsOf = (view: RepositoryView): DeclaringPorts => ({
  view,
  clusters: [],
  live: [],
  origins: {
    locate: async ({ path }) => ({ path: pathHere(path) }),
    locateCopied: async (_, { path }) => ({ path: pathHere(path) }),
    locateIn: async (_, { path }) => ({ path: pathHere(path) }),
  },
  elsewhere: {},
  evaluate: async () => {
    throw new Error('no template needs the real engine here')
  },
})
