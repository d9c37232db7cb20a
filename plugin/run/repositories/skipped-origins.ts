import { groupBy } from '../../model/group.ts'
import { repositoryName } from '../../model/repository.ts'
import type { LiveOrigin } from '../../observe/kubernetes/live-origins.ts'

/** A repository or a revision of it that live objects name, and that no run works on. */
export interface SkippedOrigin {
  /** Its URL without credentials, or its name. */
  readonly repository: string
  readonly revision: string
  /** The live objects that name it: `Application argocd/web in cluster prod`. */
  readonly by: readonly string[]
  /** Why, as a clause. */
  readonly reason: string
}

/** An origin, and why no run works on it. */
export interface Skip {
  readonly origin: LiveOrigin
  readonly reason: string
}

/** Groups skipped origins by repository, revision and reason, in the order of their names. */
export function groupSkipped(all: readonly Skip[]): readonly SkippedOrigin[] {
  const named = all.map(({ origin, reason }) => ({
    by: `${origin.by} in cluster ${origin.at}`,
    one: { repository: shownUrl(origin.repository), revision: origin.revision, reason },
  }))
  return [...groupBy(named, ({ one }) => [one.repository, one.revision, one.reason].join('\0'))]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([, some]) =>
      some.slice(0, 1).map(({ one }) => ({ ...one, by: [...new Set(some.map(({ by }) => by))].sort() })),
    )
}

/** A URL of a live object as it may be shown: without what is before the host, which may be a password. */
const shownUrl = (url: string): string => repositoryName(url) ?? url.replace(/^.*@/s, '').slice(0, 200)
