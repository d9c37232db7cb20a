import type { Problem } from '../plugin/model/problem.ts'
import type { DiscoverSettings } from './discover.ts'

/** A problem at a path of the operator settings. */
export interface PlacedProblem extends Problem {
  readonly path: readonly (string | number)[]
}

interface NamedCluster {
  readonly name: string
  readonly kubernetes?: object | undefined
}

const code = 'settings.invalid'

/** Checks what the schema of `discover` cannot: that clusters can be read, and that no token goes to another server. */
export const checkDiscover = (
  { clusters = [], allow = [] }: Partial<DiscoverSettings>,
  known: readonly NamedCluster[],
): readonly PlacedProblem[] => [...unreadable(clusters, known), ...misdirected(allow)]

const unreadable = (names: readonly string[], known: readonly NamedCluster[]): readonly PlacedProblem[] =>
  names.flatMap((name, index) => {
    const found = known.find((one) => one.name === name)
    if (found?.kubernetes !== undefined) return []
    const why = found === undefined ? 'no cluster has this name' : 'it has no kubernetes'
    return {
      code,
      message: `the live objects of cluster ${name} cannot be read: ${why}`,
      hint: `Add it: clusters: [{ name: ${name}, kubernetes: { context: ${name} } }]`,
      path: ['discover', 'clusters', index],
    }
  })

const misdirected = (allow: DiscoverSettings['allow']): readonly PlacedProblem[] =>
  allow.flatMap(({ url, github }, index) => {
    if (github === undefined || github.apiUrl !== undefined || isGitHub(url)) return []
    const { origin } = new URL(url)
    return {
      code,
      message: `github has no apiUrl, so its token would go to api.github.com and not to ${origin}`,
      hint: `Set it for GitHub Enterprise: apiUrl: ${origin}/api/v3`,
      path: ['discover', 'allow', index, 'github'],
    }
  })

const isGitHub = (url: string): boolean => /^https:\/\/(www\.)?github\.com\//i.test(url)
