import type { Settings } from '../../../config/schema.ts'
import type { BranchWriter, Forge, Pull } from '../../deliver/forges/forge.ts'
import { codeownersFiles, type Owners, readCodeowners } from '../../deliver/pulls/codeowners.ts'
import {
  collectDecisions,
  type DecisionLog,
  type DecisionRules,
  isSplit,
  judgeChange,
} from '../../deliver/pulls/decisions.ts'
import { readComments } from '../../deliver/pulls/read-comments.ts'
import { scopeOf } from '../../deliver/pulls/scope.ts'
import { changeWords } from '../../deliver/record/commit-message.ts'
import type { ProposedChange } from '../../model/proposal.ts'
import type { RepositoryView } from '../../model/source.ts'
import type { DecideChange } from '../../plan/apply-decisions.ts'
import type { Host } from '../host.ts'
import { openForge, openImport, openWriter } from './open-forge.ts'

/** The forge as a run finds it: open and closed pull requests, and what people decided in them. */
export interface ForgeState {
  readonly forge: Forge
  readonly writer: BranchWriter
  readonly pulls: readonly Pull[]
  readonly memory: DecisionLog
  readonly rules: DecisionRules
  /** Brings the files of a commit of the server into the local store; the id of its tree. */
  readonly bring: (commit: string) => Promise<string>
  /** Lays decisions over what is wanted. */
  readonly review: DecideChange
  /** What shares a pull request, by the CODEOWNERS of a view. */
  readonly scopesOn: (view: RepositoryView) => Promise<(change: ProposedChange) => string>
}

/** What opening needs: settings and the repository here. */
export interface ForgeStateRequest {
  readonly settings: Settings
  readonly gitdir: string
  /** The commit of the base that this clone has. */
  readonly baseId: string
}

async function ownersOf(view: RepositoryView): Promise<Owners> {
  for (const file of codeownersFiles) {
    const found = await view.read(file)
    if (found !== undefined) return readCodeowners(found.text)
  }
  return () => []
}

/** Lays what is remembered over what is wanted. */
export const reviewBy =
  (memory: DecisionLog, rules: DecisionRules): DecideChange =>
  (change) =>
    judgeChange(memory, { key: changeWords(change), from: change.from, to: change.to }, rules)

/** Reads the forge at the start of a run in mode `pull-request`. */
export async function loadForgeState(
  host: Host,
  { settings, gitdir, baseId }: ForgeStateRequest,
): Promise<ForgeState> {
  const { pullRequests } = settings.deliver
  const { forge, session } = await openForge(host, settings)
  const writer = openWriter(host, settings, { gitdir, session })
  const now = host.now()
  const pulls = await forge.pulls()
  const memory = collectDecisions(
    await readComments(forge, pulls, { now, days: pullRequests.rememberDays }),
    now,
  )
  const { reconsider, settle, rememberDays } = pullRequests
  const rules = { reconsider, settle, rememberDays, now }
  return {
    forge,
    writer,
    pulls,
    memory,
    rules,
    bring: openImport(host, settings, { gitdir, session, baseId }),
    review: reviewBy(memory, rules),
    scopesOn: async (view) => {
      const owners = await ownersOf(view)
      return (change) =>
        scopeOf(change, isSplit(memory, changeWords(change)) ? 'workload' : pullRequests.grouping, owners)
    },
  }
}
