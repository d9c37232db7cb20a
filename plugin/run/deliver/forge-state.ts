import type { Settings } from '../../../config/schema.ts'
import type { BranchWriter, Forge, Pull } from '../../deliver/forges/forge.ts'
import { codeownersFiles, type Owners, readCodeowners } from '../../deliver/pulls/codeowners.ts'
import { collectDecisions, type DecisionLog, isSplit, withDecisions } from '../../deliver/pulls/decisions.ts'
import { readReviews } from '../../deliver/pulls/read-reviews.ts'
import type { DecisionRules } from '../../deliver/pulls/resolve-change.ts'
import { type Grouping, scopeOf, takeBackScope } from '../../deliver/pulls/scope.ts'
import { changeKey } from '../../deliver/record/commit-message.ts'
import { isTakenBack } from '../../model/health.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import type { RepositoryView } from '../../model/source.ts'
import type { Environment } from '../host.ts'
import { openForge, openImport, openWriter } from './open-forge.ts'
import { asDecisions, noDashboard, type ReadDashboard, readDashboard } from './read-dashboard.ts'

/** Snapshot of the forge at the start of a run: the pull requests that count, and the reviewers' decisions on them. */
export interface ForgeState {
  readonly forge: Forge
  readonly writer: BranchWriter
  /** Copies a commit of the server with its files into the clone. Returns the id of its tree. */
  readonly importCommit: (commit: string) => Promise<string>
  readonly pulls: readonly Pull[]
  readonly decisions: DecisionLog
  readonly rules: DecisionRules
  readonly dashboard: ReadDashboard
}

/** The repository whose forge is read. */
export interface ForgeStateRequest {
  readonly settings: Pick<Settings, 'deliver' | 'programs'>
  readonly gitdir: string
  /** A commit of the base branch that the clone has. */
  readonly baseId: string
  readonly now: Date
}

/** Reads pull requests and decisions from the forge. Throws `forge.refused` or `settings.missing`. */
export async function loadForgeState(
  environment: Environment,
  { settings, gitdir, baseId, now }: ForgeStateRequest,
): Promise<ForgeState> {
  const { deliver } = settings
  const { reconsider, settle, rememberDays } = deliver.pullRequests
  const { forge, session } = await openForge(environment, deliver)
  const writer = openWriter(environment, { settings, gitdir, session, now })
  const since = new Date(now.getTime() - rememberDays * 86_400_000)
  const { pulls, reviewed } = await readReviews(forge, await forge.pulls(since), { now, days: rememberDays })
  const dashboard = deliver.pullRequests.dashboard
    ? await readDashboard(forge, { pulls, now, days: rememberDays })
    : noDashboard
  return {
    forge,
    writer,
    importCommit: openImport(environment, { deliver, gitdir, session, baseId }),
    pulls,
    decisions: withDecisions(collectDecisions(reviewed), asDecisions(dashboard.decisions)),
    dashboard,
    rules: { reconsider, settle, rememberDays, now },
  }
}

/** Reads who owns which paths of a view, by its CODEOWNERS. */
export async function ownersOf(view: RepositoryView): Promise<Owners> {
  for (const file of codeownersFiles) {
    const found = await view.read(file)
    if (found !== undefined) return readCodeowners(found.text)
  }
  return () => []
}

/** Returns the scope of each change: changes of one scope share a pull request. Reads CODEOWNERS from the view. */
export async function scopesIn(
  view: RepositoryView,
  decisions: DecisionLog,
  grouping: Grouping,
): Promise<(change: ProposedChange) => string> {
  const owners = await ownersOf(view)
  return (change) =>
    isTakenBack(change)
      ? takeBackScope(change)
      : scopeOf(change, isSplit(decisions, changeKey(change)) ? 'workload' : grouping, owners)
}
