import type { RepositoryTarget } from '../../../config/repositories.ts'
import { type RemoteBranches, remoteBranches } from '../../deliver/git/remote-branches.ts'
import { anyGlob } from '../../model/glob.ts'
import { groupBy } from '../../model/group.ts'
import { ExpectedStop, type Problem } from '../../model/problem.ts'
import { repositoryName } from '../../model/repository.ts'
import type { RunPorts } from '../host.ts'
import { openFetchRemote } from '../mirror.ts'
import type { AllowedRepository } from './allowed-url.ts'
import type { PlacedOrigin } from './place-origins.ts'
import type { Skip } from './skipped-origins.ts'
import { operatorOnly, type TargetContext } from './target-settings.ts'

/** An origin in a repository that the operator allows. */
export interface AllowedOrigin extends AllowedRepository {
  readonly origin: PlacedOrigin
}

/** A repository whose branches could not be read. */
export interface FailedTarget {
  readonly target: RepositoryTarget
  readonly problems: readonly Problem[]
}

/** What was found in the allowed repositories. */
export interface DiscoveredTargets {
  readonly targets: readonly RepositoryTarget[]
  readonly skipped: readonly Skip[]
  readonly failed: readonly FailedTarget[]
}

type Ports = Pick<RunPorts, 'cwd' | 'env' | 'progress'>

/**
 * Reads the branches of each allowed repository from its server, and returns a target for each branch that a live object
 * rolls out, in the order of their URLs. What fails for one repository stops no other.
 */
export async function discoveredTargets(
  ports: Ports,
  context: TargetContext,
  reached: readonly AllowedOrigin[],
): Promise<DiscoveredTargets> {
  const found: DiscoveredTargets[] = []
  const byName = [...groupBy(reached, ({ url }) => repositoryName(url) ?? url)]
  for (const [, all] of byName.sort(byKey)) found.push(await inRepository(ports, context, all))
  return {
    targets: found.flatMap(({ targets }) => targets),
    skipped: found.flatMap(({ skipped }) => skipped),
    failed: found.flatMap(({ failed }) => failed),
  }
}

const byKey = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1

async function inRepository(
  ports: Ports,
  context: TargetContext,
  all: readonly AllowedOrigin[],
): Promise<DiscoveredTargets> {
  const [first] = all
  if (first === undefined) return { targets: [], skipped: [], failed: [] }
  const target = targetOf(first, all)
  try {
    const known = await branchesOf(ports, context, target)
    const placed = all.map((one) => ({ ...one, branch: branchOf(one, known) }))
    const usable = placed.flatMap(({ origin: { clusters }, branch }) =>
      'name' in branch ? [{ clusters, name: branch.name }] : [],
    )
    return {
      targets: [...groupBy(usable, ({ name }) => name)].sort(byKey).map(([branch, some]) => ({
        ...target,
        branch,
        clusters: [...new Set(some.flatMap(({ clusters }) => clusters))].sort(),
      })),
      skipped: placed.flatMap(({ origin, branch }) =>
        'reason' in branch ? [{ origin, reason: branch.reason }] : [],
      ),
      failed: [],
    }
  } catch (error) {
    if (!(error instanceof ExpectedStop)) throw error
    return { targets: [], skipped: [], failed: [{ target, problems: error.problems }] }
  }
}

/** The target of a repository; its branch is the revision that an object names. */
function targetOf(
  { origin, allowed: { settings, tokenEnv, onboard, github, forge } }: AllowedOrigin,
  all: readonly AllowedOrigin[],
): RepositoryTarget {
  const urls = [...new Set(all.map((one) => one.url))].sort()
  // Every forge accepts a URL that ends in `.git`, and a plain Git server only the one that is its path.
  const url = urls.find((one) => one.endsWith('.git')) ?? urls[0] ?? ''
  const repository = new URL(url).pathname.slice(1).replace(/\.git$/, '')
  return {
    url,
    branch: origin.revision,
    aliases: [...new Set(all.map((one) => one.origin.repository))].sort(),
    settings,
    tokenEnv,
    onboard,
    isDiscovered: true,
    ...(github && { github: { ...github, repository } }),
    ...(forge && { forge }),
  }
}

async function branchesOf(
  ports: Ports,
  context: TargetContext,
  target: RepositoryTarget,
): Promise<RemoteBranches> {
  const remote = openFetchRemote(ports, operatorOnly(ports, context, { target }))
  if (remote === undefined) throw new Error('a discovered repository has a remote')
  return remoteBranches(remote)
}

/** The branch of a revision, or why a run does not work on it. */
function branchOf(
  { origin: { revision }, allowed }: AllowedOrigin,
  { branches, head }: RemoteBranches,
): { readonly name: string } | { readonly reason: string } {
  const name = revision === 'HEAD' ? head : revision
  if (name === undefined) return { reason: 'the repository has no default branch' }
  if (!branches.has(name))
    return {
      reason: `${revision} is no branch, so a merged change is not rolled out; roll out a branch instead`,
    }
  if (name.startsWith('tortoise/')) return { reason: 'the branch holds proposals of Tortoise' }
  return anyGlob(allowed.branches, { dot: true })(name)
    ? { name }
    : { reason: `discover.allow does not list the branch ${name}` }
}
