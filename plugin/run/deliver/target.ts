import type { Settings } from '../../../config/schema.ts'
import { openTree } from '../../io/commit-tree.ts'
import { type BaseBranch, findBaseBranch } from '../base-branch.ts'
import { type BaseCommit, fetchBase, localBase, serverBase } from '../base-commit.ts'
import type { Checkout } from '../checkout.ts'
import type { RunPorts } from '../host.ts'
import type { PlanBase } from '../plan-repository.ts'
import { decideBy } from './decide.ts'
import { usesApi, usesPullRequests } from './delivery-rules.ts'
import { type ForgeState, loadForgeState, scopesIn } from './forge-state.ts'
import { openForge, openImport, openWriter } from './open-forge.ts'

/** The base branch as read at the start of a run: what to plan on, and where to deliver. */
export interface Target {
  readonly branch: BaseBranch
  /** The commit of the base branch that the plan is computed and proved on. */
  readonly commit: BaseCommit
  readonly base: PlanBase
  /** Present when changes may become pull requests. */
  readonly forgeState?: ForgeState
}

/** Which base branch, and how its changes are delivered. */
export interface TargetRequest {
  readonly checkout: Checkout
  readonly settings: Pick<Settings, 'deliver' | 'rules' | 'programs'>
  /** Whether the base branch is taken as the clone has it, so that all jobs that share a plan have the same commit. */
  readonly isPinned?: boolean
}

type TargetPorts = Omit<RunPorts, 'progress'>

/**
 * Opens the target of a run. For pull requests it is the base branch on the server. For commits it is the local base
 * branch at the first attempt, and the one on the server at each retry.
 */
export async function openTarget(
  ports: TargetPorts,
  { checkout, settings, isPinned = false }: TargetRequest,
  attempt: number,
): Promise<Target> {
  const { rules, deliver } = settings
  const branch = await findBaseBranch(checkout, deliver.base)
  if (usesPullRequests({ rules, mode: deliver.mode }))
    return openPullTarget(ports, { settings, isPinned }, branch)
  const commit = attempt === 0 ? await localBase(branch) : await fetchAgain(ports, settings, branch)
  return { branch, commit, base: { view: openTree(branch.gitdir, commit.tree), ref: branch.name } }
}

async function openPullTarget(
  ports: TargetPorts,
  { settings, isPinned }: Required<Pick<TargetRequest, 'settings' | 'isPinned'>>,
  branch: BaseBranch,
): Promise<Target> {
  const { gitdir, name, id: baseId } = branch
  const forgeState = await loadForgeState(ports, { settings, gitdir, baseId, now: ports.now() })
  const commit = isPinned ? await localBase(branch) : await fetchBase(forgeState, branch)
  const view = openTree(gitdir, commit.tree)
  const { decisions, rules } = forgeState
  const review = decideBy(decisions, rules)
  const scopeOf = await scopesIn(view, decisions, settings.deliver.pullRequests.grouping)
  return { branch, commit, base: { view, ref: name, forge: { review, scopeOf, decisions } }, forgeState }
}

/** The head of the base branch on the server; the local head when there is no server. */
async function fetchAgain(
  ports: TargetPorts,
  settings: TargetRequest['settings'],
  branch: BaseBranch,
): Promise<BaseCommit> {
  const { deliver } = settings
  const { gitdir, id: baseId } = branch
  if (deliver.remote === undefined && !usesApi(deliver)) return localBase(branch)
  const session = usesApi(deliver) ? (await openForge(ports, deliver)).session : undefined
  const writer = openWriter(ports, { settings, gitdir, session, now: ports.now() })
  const importCommit = openImport(ports, { deliver, gitdir, session, baseId })
  return serverBase({ writer, importCommit }, branch)
}
