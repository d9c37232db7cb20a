import type { HttpClient, PromiseFsClient } from 'isomorphic-git'
import nodeHttp from 'isomorphic-git/http/node'
import { oneLine } from '../model/escape-markdown.ts'
import { stop } from '../model/problem.ts'
import type { Delivery, Proposal } from '../model/proposal.ts'
import { fetchCommit } from './git/fetch.ts'
import {
  type Author,
  branchHead,
  type Draft,
  draftEdits,
  findCommit,
  foreignCommit,
  isAncestor,
  judge,
  moveBranch,
  refuseCheckedOut,
  resolveCommit,
  type Signer,
  type Standing,
  writeDraft,
} from './git/objects.ts'
import { pushBranch } from './git/push.ts'
import { openRemote, type Remote, remoteHead, type SmartHttp } from './git/smart-http.ts'
import type { Repository } from './git/tree.ts'
import { commitMessage } from './record/commit-message.ts'

/** Every branch of ours begins so. */
const branchPrefix = 'tortoise/'

/** Where a proposal goes. */
export interface DeliverOptions {
  readonly mode: 'report' | 'commit'
  /** The branch that is rolled out. */
  readonly base: string
  /** The branch to write: one under `tortoise/`, or in mode `commit` the base itself. */
  readonly branch: string
  /** The commit of the base that everything was proved on; what the clone has at its head where absent. */
  readonly baseId?: string
  readonly remote?: Remote
  readonly author: Author
}

/** What delivery needs of the world. */
export interface DeliverPorts {
  readonly fs: PromiseFsClient
  /** The `.git` directory of the clone. */
  readonly gitdir: string
  readonly now: Date
  readonly http?: HttpClient
  /** Signs commits; they are not signed where absent. */
  readonly sign?: Signer | undefined
}

/** The rules of https://git-scm.com/docs/git-check-ref-format */
const isBranchName = (branch: string): boolean =>
  !/[\p{Cc} ~^:?*[\\]|\.\.|\/\/|@\{|(?:^|\/)\.|\.lock(?:\/|$)|[./]$|^[-/]|^$/u.test(branch)

function checkOptions({ mode, base, branch }: DeliverOptions): void {
  const direct = mode === 'commit' && branch === base
  if (!direct && !branch.startsWith(branchPrefix)) {
    throw stop('settings.invalid', `The branch ${oneLine(branch)} is not under ${branchPrefix}`, {
      hint: `Name a branch that begins with ${branchPrefix}, or the base branch in mode commit.`,
    })
  }
  const bad = [base, branch].find((name) => !isBranchName(name))
  if (bad !== undefined) throw stop('settings.invalid', `${oneLine(bad)} cannot be a branch name`)
}

/** A commit that stands on the target branch, here or on the server. */
interface Head {
  readonly id: string
  readonly standing: Standing
  readonly keep: () => Promise<unknown>
}

interface Work {
  readonly repository: Repository
  readonly options: DeliverOptions
  readonly draft: Draft
  readonly wire: SmartHttp | undefined
  readonly sign: Signer | undefined
}

const ours = ({ options: { author }, sign }: Work) => ({ author, signed: sign !== undefined })

async function localHead(work: Work): Promise<Head | undefined> {
  const { repository, options, draft } = work
  const id = await branchHead(repository, options.branch)
  const commit = id === undefined ? undefined : await findCommit(repository, id)
  if (id === undefined || commit === undefined) return undefined
  const standing = judge(id, commit, draft, ours(work))
  const onBase = options.branch === options.base && id !== draft.base && standing !== 'wanted'
  // Proved on what the server has: the branch here is behind, and is left to those who look at it.
  if (onBase && (await isAncestor(repository, id, draft.base))) return undefined
  if (onBase) throw moved(options.base, id, 'here')
  if (standing === 'foreign') throw foreignCommit(options.branch, id, commit)
  return { id, standing, keep: async () => id }
}

const moved = (base: string, id: string, where: string) =>
  stop('git.moved', `${base} moved to ${id.slice(0, 10)} ${where} while the change was proved`, {
    hint: 'Fetch it and run again, so that the change is proved on what is there now.',
  })

async function serverHead(work: Work): Promise<Head | undefined> {
  const { repository, options, draft, wire } = work
  const id = wire && (await remoteHead(wire, options.branch))
  if (wire === undefined || id === undefined) return undefined
  const { commit, keep } = await fetchCommit(repository, wire, { id, base: draft.base })
  const standing = judge(id, commit, draft, ours(work))
  if (options.branch === options.base && id !== draft.base && standing !== 'wanted') {
    if (!(await isAncestor(repository, id, draft.base))) throw moved(options.base, id, 'on the server')
    throw stop('git.conflict', `${options.base} holds commits here that the server has not`, {
      place: wire.place,
      hint: 'Push them first, so that the change is proved on what is rolled out.',
    })
  }
  if (standing === 'foreign') throw foreignCommit(options.branch, id, commit)
  return { id, standing, keep }
}

/** Finds the commit wanted among the heads, or writes it; pushes it where it is missing; then moves the local branch. */
async function place(work: Work, message: string, now: Date): Promise<Delivery> {
  const { repository, options, draft, wire, sign } = work
  const { mode, branch, author } = options
  const [local, server] = [await localHead(work), await serverHead(work)]
  const wanted = [server, local].find((head) => head?.standing === 'wanted')
  await wanted?.keep()
  const commit = wanted?.id ?? (await writeDraft(repository, draft, { message, author, now, sign }))
  if (branch !== options.base && commit !== local?.id) await refuseCheckedOut(repository, branch)
  const push = wire !== undefined && server?.id !== commit
  if (push) {
    const objects = [commit, ...draft.objects]
    await pushBranch(repository, wire, { branch, from: server?.id, to: commit, objects })
  }
  const left = branch === options.base && local === undefined
  if (!left) await moveBranch(repository, branch, { from: local?.id, to: commit })
  const pushed = push ? { pushedTo: wire.place.file } : {}
  return { mode, branch, commit, created: wanted === undefined, ...pushed }
}

/**
 * Delivers a proved proposal: nothing (`report`), or one commit on a branch (`commit`).
 * Works on Git's objects and the branch alone; HEAD, index and work tree stay. A second run changes nothing.
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
  const wire = remote && openRemote(remote, http)
  const work = { repository, options, draft, wire, sign }
  return place(work, commitMessage(proposal, draft), now)
}
