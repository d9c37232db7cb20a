import type { RepositoryTarget } from '../../../config/repositories.ts'
import type { CentralSettings } from '../../../config/repository-operator.ts'
import { repositoryName } from '../../model/repository.ts'
import type { LiveOrigin } from '../../observe/kubernetes/live-origins.ts'
import type { RunPorts } from '../host.ts'
import { mergedSettings } from '../read-settings.ts'
import { allowedRepositories } from './allowed-url.ts'
import { type AllowedOrigin, discoveredTargets, type FailedTarget } from './discovered-targets.ts'
import { placeOrigins } from './place-origins.ts'
import { originsOf, type UnreadCluster } from './read-origins.ts'
import { groupSkipped, type Skip, type SkippedOrigin } from './skipped-origins.ts'
import type { TargetContext } from './target-settings.ts'

/** The repositories and branches to work on, and what was not found or not allowed. */
export interface FoundTargets {
  readonly targets: readonly RepositoryTarget[]
  readonly skipped: readonly SkippedOrigin[]
  readonly failed: readonly FailedTarget[]
  readonly unread: readonly UnreadCluster[]
}

/**
 * Returns the repositories that the operator lists, and those that live objects name and the operator allows. Only the
 * latter's servers are asked, for their branches. A URL of a live object becomes an alias of its repository.
 */
export async function findTargets(
  ports: Pick<RunPorts, 'cwd' | 'env' | 'progress'>,
  context: TargetContext,
  { repositories = [], discover }: CentralSettings,
): Promise<FoundTargets> {
  if (discover === undefined) return { targets: repositories, skipped: [], failed: [], unread: [] }
  const { operator, flags } = context
  const none = { main: { file: 'tortoise.yaml', text: '' }, isReviewed: true }
  const settings = mergedSettings(ports, none, { root: undefined, flags, operator })
  const { origins, read, unread } = await originsOf(ports, settings, discover)
  const listed = repositories.map((one) => withAliases(one, origins))
  const find = allowedRepositories(discover.allow)
  const { placed, skipped: elsewhere, known } = placeOrigins(origins, read)
  const allowed: AllowedOrigin[] = []
  const skipped: Skip[] = [...elsewhere]
  for (const origin of placed) {
    const found = find(origin.repository)
    if (typeof found !== 'string') allowed.push({ origin, ...found })
    else if (!listed.some((one) => isOf(origin, one))) skipped.push({ origin, reason: found })
  }
  const discovered = await discoveredTargets(ports, context, allowed)
  const further = discovered.targets.filter((one) => !listed.some((other) => isSame(one, other)))
  return {
    targets: [...listed, ...further.map((one) => withIdle(one, known))],
    skipped: groupSkipped([...skipped, ...discovered.skipped]),
    failed: discovered.failed,
    unread,
  }
}

const withIdle = (target: RepositoryTarget, known: readonly string[]): RepositoryTarget => ({
  ...target,
  idleClusters: known.filter((name) => target.clusters?.includes(name) === false),
})

const namesOf = ({ url, aliases }: RepositoryTarget): ReadonlySet<string> =>
  new Set([url, ...aliases].flatMap((one) => repositoryName(one) ?? []))

const isSame = (one: RepositoryTarget, other: RepositoryTarget): boolean =>
  one.branch === other.branch && [...namesOf(one)].some((name) => namesOf(other).has(name))

/** Whether an origin is a listed branch; the default branch may be. */
const isOf = ({ repository, revision }: LiveOrigin, target: RepositoryTarget): boolean =>
  (revision === 'HEAD' || revision === target.branch) && namesOf(target).has(repositoryName(repository) ?? '')

/** A listed repository with the URLs by which live objects name it. The port of an SSH URL is not that of HTTP. */
function withAliases(target: RepositoryTarget, origins: readonly LiveOrigin[]): RepositoryTarget {
  const names = namesOf(target)
  const bySsh = new Set([...names].map((name) => name.replace(/^([^/]*):\d+\//, '$1/')))
  const urls = origins
    .map(({ repository }) => repository)
    .filter((url) => {
      const name = repositoryName(url) ?? ''
      return names.has(name) || (!/^https?:/i.test(url) && bySsh.has(name))
    })
  return { ...target, aliases: [...new Set([...target.aliases, ...urls])] }
}
