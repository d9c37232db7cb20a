import type { HttpClient, PromiseFsClient } from 'isomorphic-git'
import nodeHttp from 'isomorphic-git/http/node'
import { stop } from '../model/problem.ts'
import type { Delivery, Proposal } from '../model/proposal.ts'
import { oneLine } from '../model/text/clean.ts'
import type { Inert } from '../model/text/inert.ts'
import { fetchCommit } from './git/fetch.ts'
import {
  type Author,
  branchHead,
  classifyHead,
  type Draft,
  draftEdits,
  ensureNotCheckedOut,
  findCommit,
  foreignCommitError,
  type HeadKind,
  isAncestor,
  moveBranch,
  resolveCommit,
  type Signer,
  writeDraft,
} from './git/objects.ts'
import { pushBranch } from './git/push.ts'
import { openRemote, type Remote, remoteHead, type SmartHttp } from './git/smart-http.ts'
import type { Repository } from './git/tree.ts'
import { commitMessage } from './record/commit-message.ts'

/** Every branch of Tortoise begins with this. */
const branchPrefix = 'tortoise/'

/** Where a proposal is committed. */
export interface DeliverOptions {
  readonly mode: 'report' | 'commit'
  /** The base branch, which is rolled out. */
  readonly base: string
  /** The branch to write: one under `tortoise/`, or in mode `commit` the base branch itself. */
  readonly branch: string
  /** The commit of the base branch that everything was proved on. Default: its head in the clone. */
  readonly baseId?: string
  readonly remote?: Remote
  readonly author: Author
}

/** The clone, the clock, and the network and signer if needed. */
export interface DeliverPorts {
  readonly fs: PromiseFsClient
  /** The `.git` directory of the clone. */
  readonly gitdir: string
  readonly now: Date
  readonly http?: HttpClient
  /** Signs commits. Without it they are not signed. */
  readonly sign?: Signer | undefined
}

/** The rules of https://git-scm.com/docs/git-check-ref-format */
const isBranchName = (branch: string): boolean =>
  !/[\p{Cc} ~^:?*[\\]|\.\.|\/\/|@\{|(?:^|\/)\.|\.lock(?:\/|$)|[./]$|^[-/]|^$/u.test(branch)

function checkOptions({ mode, base, branch }: DeliverOptions): void {
  const direct = mode === 'commit' && branch === base
  if (!direct && !branch.startsWith(branchPrefix)) {
    throw stop('settings.invalid', `The branch ${oneLine(branch)} is not under ${branchPrefix}`, {
      hint: `Set deliver.branch to a name that begins with ${branchPrefix}, or to the base branch in mode commit.`,
    })
  }
  const bad = [base, branch].find((name) => !isBranchName(name))
  if (bad !== undefined) throw stop('settings.invalid', `${oneLine(bad)} is not a valid branch name`)
}

/** The commit at the head of the target branch, here or on the server. */
interface Head {
  readonly id: string
  readonly kind: HeadKind
  /** Stores the commit in the clone. */
  readonly store: () => Promise<unknown>
}

interface Work {
  readonly repository: Repository
  readonly options: DeliverOptions
  readonly draft: Draft
  readonly server: SmartHttp | undefined
  readonly sign: Signer | undefined
}

const ownCommits = ({ options: { author }, sign }: Work) => ({ author, signed: sign !== undefined })

async function localHead(work: Work): Promise<Head | undefined> {
  const { repository, options, draft } = work
  const id = await branchHead(repository, options.branch)
  const commit = id === undefined ? undefined : await findCommit(repository, id)
  if (id === undefined || commit === undefined) return undefined
  const kind = classifyHead({ id, commit }, draft, ownCommits(work))
  const hasMoved = options.branch === options.base && id !== draft.base && kind !== 'identical'
  // A local branch that is behind the proved commit is not moved: somebody may have it checked out.
  if (hasMoved && (await isAncestor(repository, id, draft.base))) return undefined
  if (hasMoved) throw moved(options.base, id, 'here')
  if (kind === 'foreign') throw foreignCommitError(options.branch, id, commit)
  return { id, kind, store: async () => id }
}

const moved = (base: string, id: string, where: string) =>
  stop('git.moved', `${base} moved to ${id.slice(0, 10)} ${where} during the run`, {
    hint: 'Fetch the branch and run again, so that the change is proved on its current head.',
  })

async function serverHead(work: Work): Promise<Head | undefined> {
  const { repository, options, draft, server } = work
  const id = server && (await remoteHead(server, options.branch))
  if (server === undefined || id === undefined) return undefined
  const { commit, store } = await fetchCommit(repository, server, { id, base: draft.base })
  const kind = classifyHead({ id, commit }, draft, ownCommits(work))
  if (options.branch === options.base && id !== draft.base && kind !== 'identical') {
    if (!(await isAncestor(repository, id, draft.base))) throw moved(options.base, id, 'on the server')
    throw stop('git.conflict', `${options.base} has commits here that the server does not have`, {
      place: server.place,
      hint: 'Push them first, so that the change is proved on what is rolled out.',
    })
  }
  if (kind === 'foreign') throw foreignCommitError(options.branch, id, commit)
  return { id, kind, store }
}

/** Uses an identical commit at one of the heads or writes a new one, pushes it if the server lacks it, moves the branch. */
async function writeBranch(work: Work, message: Inert, now: Date): Promise<Delivery> {
  const { repository, options, draft, server, sign } = work
  const { mode, branch, author } = options
  const [local, remote] = [await localHead(work), await serverHead(work)]
  const identical = [remote, local].find((head) => head?.kind === 'identical')
  await identical?.store()
  const commit = identical?.id ?? (await writeDraft(repository, draft, { message, author, now, sign }))
  if (branch !== options.base && commit !== local?.id) await ensureNotCheckedOut(repository, branch)
  const push = server !== undefined && remote?.id !== commit
  if (push) {
    const objects = [commit, ...draft.objects]
    await pushBranch(repository, server, { branch, from: remote?.id, to: commit, objects })
  }
  const isBehind = branch === options.base && local === undefined
  if (!isBehind) await moveBranch(repository, branch, { from: local?.id, to: commit })
  const pushed = push ? { pushedTo: server.place.file } : {}
  return { mode, branch, commit, created: identical === undefined, ...pushed }
}

/**
 * Delivers a proved proposal from a clone: nothing (`report`), or one commit on a branch (`commit`), pushed if there is a
 * remote. It writes Git objects and the branch only; HEAD, index and work tree stay. A second call changes nothing. Throws
 * `git.moved`, `git.conflict`, `git.remote` or `settings.invalid`.
 */
export async function deliver(
  proposal: Proposal,
  options: DeliverOptions,
  { fs, gitdir, now, http = nodeHttp, sign }: DeliverPorts,
): Promise<Delivery> {
  const { mode, base, remote } = options
  if (mode === 'report' || proposal.edits.length === 0) return { mode, created: false }
  if (proposal.proof.verdict !== 'proved') throw new Error('only a proved proposal may be delivered')
  checkOptions(options)
  const repository = { fs, gitdir, cache: {} }
  const baseId = options.baseId ?? (await resolveCommit(repository, base))
  const draft = await draftEdits(repository, baseId, proposal.edits)
  if (draft.objects.length === 0) return { mode, created: false }
  const server = remote && openRemote(remote, http)
  const work = { repository, options, draft, server, sign }
  return writeBranch(work, commitMessage(proposal, draft), now)
}
