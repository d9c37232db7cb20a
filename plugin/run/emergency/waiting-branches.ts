import fs from 'node:fs'
import git from 'isomorphic-git'
import http from 'isomorphic-git/http/node'
import type { Settings } from '../../../config/schema.ts'
import { dropBranch } from '../../deliver/git/drop-branch.ts'
import { storeCommit } from '../../deliver/git/fetch.ts'
import { isAncestor } from '../../deliver/git/objects.ts'
import { type HistoryCommit, pastChanges, readCommits } from '../../deliver/git/read-commits.ts'
import { remoteBranches } from '../../deliver/git/remote-branches.ts'
import { openRemote, remoteHead, type SmartHttp } from '../../deliver/git/smart-http.ts'
import { parseChangeKey, type TrailedChange } from '../../deliver/record/trailers.ts'
import { emergencyBranch } from '../../model/emergency.ts'
import { ExpectedStop, stop } from '../../model/problem.ts'
import type { BaseBranch } from '../base-branch.ts'
import { remoteToken } from '../deliver/tokens.ts'
import type { RunPorts } from '../host.ts'
import { recentCommits } from '../recent-commits.ts'

/** A branch whose commit begins an emergency and that is not merged. */
export interface WaitingBranch {
  readonly branch: string
  /** The commit at its head, and its parent. */
  readonly id: string
  readonly parent: string
  /** When it was committed, and when the emergency ends by itself, ISO 8601. */
  readonly at: string
  readonly until: string
  readonly values: readonly WaitingValue[]
}

type WaitingValue = Pick<TrailedChange, 'from' | 'to'> & NonNullable<ReturnType<typeof parseChangeKey>>

/** Where the branches are. */
export interface WaitingRequest {
  readonly settings: Pick<Settings, 'deliver'>
  readonly base: BaseBranch
  /** The recent commits of the base branch; read where a branch is found when left out. */
  readonly commits?: readonly HistoryCommit[]
}

type WaitingPorts = Pick<RunPorts, 'env' | 'cwd' | 'now' | 'progress'>

const isOwn = (name: string): boolean => name === emergencyBranch || name.startsWith(`${emergencyBranch}-`)

/**
 * The branches in mode `commit` that begin emergencies and are not merged, also those whose time is over. They are those of the server where
 * there is one, and of the clone, with a warning, when it cannot be read.
 */
export async function waitingBranches(
  ports: WaitingPorts,
  { settings: { deliver }, base, commits }: WaitingRequest,
): Promise<readonly WaitingBranch[]> {
  if (deliver.mode !== 'commit' && deliver.mode !== 'report') return []
  const heads = await headsOf(ports, deliver, base)
  if (heads.length === 0) return []
  const { gitdir, name: ref } = base
  const now = ports.now()
  const onBase = pastChanges(commits ?? (await recentCommits({ gitdir, ref, now })))
  const found = await Promise.all(heads.map((head) => readHead(head, base, now)))
  return found
    .flatMap((one) => one ?? [])
    .flatMap(({ changes, ...waiting }) => {
      // A squash makes another commit of it, which has the same trailers.
      const isMerged = changes.every(({ key, until }) => onBase.get(key)?.some((one) => one.until === until))
      return isMerged ? [] : [waiting]
    })
}

interface BranchHead {
  readonly branch: string
  readonly id: string
}

async function headsOf(
  ports: WaitingPorts,
  deliver: Settings['deliver'],
  { gitdir, id: base }: BaseBranch,
): Promise<readonly BranchHead[]> {
  const repository = { fs, gitdir, cache: {} }
  const server = serverOf(ports, deliver)
  if (server !== undefined) {
    try {
      const { branches } = await remoteBranches(server)
      const heads = await Promise.all(
        [...branches].filter(isOwn).map(async (branch) => ({ branch, id: await remoteHead(server, branch) })),
      )
      const known = heads.flatMap(({ branch, id }) => (id === undefined ? [] : [{ branch, id }]))
      for (const { id } of known) await storeCommit(repository, server, { id, base })
      return known
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      ports.progress({
        kind: 'warning',
        message: `emergencies that wait for a merge are those of this clone: ${error.message.split('\n')[0]}`,
      })
    }
  }
  const names = (await git.listBranches({ fs, gitdir })).filter(isOwn)
  return Promise.all(
    names.map(async (branch) => ({
      branch,
      id: await git.resolveRef({ fs, gitdir, ref: `refs/heads/${branch}` }),
    })),
  )
}

function serverOf(ports: WaitingPorts, deliver: Settings['deliver']): SmartHttp | undefined {
  const { mode, remote } = deliver
  if (mode !== 'commit' || remote === undefined) return undefined
  return openRemote({ url: remote.url, token: remoteToken(ports, deliver, 'Reading branches') }, http)
}

/** What the commit of a branch begins; `undefined` when it begins no emergency, or when the base branch has it. */
async function readHead({ branch, id }: BranchHead, { gitdir, id: base }: BaseBranch, now: Date) {
  if (id === base || (await isAncestor({ fs, gitdir, cache: {} }, id, base))) return undefined
  const [commit] = await readCommits({ fs, gitdir }, { ref: id, depth: 1, now })
  const [first] = pastChanges(commit === undefined ? [] : [commit]).values()
  const [parent] = commit?.parents ?? []
  const until = first?.[0]?.until
  if (commit === undefined || until === undefined || parent === undefined) return undefined
  const { at } = commit
  const changes = commit.changes.map((one) => ({ ...one, until }))
  const values = changes.flatMap(({ key, from, to }) => {
    const address = parseChangeKey(key)
    return address === undefined ? [] : [{ ...address, from, to }]
  })
  return { branch, id, parent, at, until, values, changes }
}

/** Deletes branches of emergencies that were never on. Throws `git.conflict` for one that has other commits too. */
export async function dropWaiting(
  ports: WaitingPorts,
  { settings: { deliver }, base }: WaitingRequest,
  waiting: readonly WaitingBranch[],
): Promise<void> {
  const repository = { fs, gitdir: base.gitdir, cache: {} }
  const server = serverOf(ports, deliver)
  for (const { branch, id, parent } of waiting) {
    if (parent !== base.id && !(await isAncestor(repository, parent, base.id)))
      throw stop('git.conflict', `${branch} has other commits than that of the emergency`, {
        hint: `Keep what you need of it, then delete it: git branch -D ${branch}`,
      })
    await dropBranch(repository, server, { branch, id })
    ports.progress({
      kind: 'warning',
      message: `deleted ${branch}, which waited for a merge: its emergency does not begin`,
    })
  }
}
