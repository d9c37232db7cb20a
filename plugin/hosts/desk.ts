import fs from 'node:fs'
import nodeHttp from 'isomorphic-git/http/node'
import type { Settings } from '../../config/schema.ts'
import type { Review } from '../decisions.ts'
import { codeownersFiles, type Owners, readCodeowners } from '../deliver/codeowners.ts'
import type { BranchWriter, Forge, Pull } from '../deliver/forge.ts'
import { gitWriter } from '../deliver/git-writer.ts'
import { githubForge } from '../deliver/github-forge.ts'
import { openSession } from '../deliver/github-session.ts'
import { githubWriter } from '../deliver/github-writer.ts'
import { hear } from '../deliver/hear.ts'
import { isSplit, judgeWanted, type Memory, type MemoryRules, remember } from '../deliver/memory.ts'
import { changeWords } from '../deliver/message.ts'
import { scopeOf } from '../deliver/scope.ts'
import { openRemote } from '../deliver/wire.ts'
import { stop } from '../model/problem.ts'
import type { ProposedChange } from '../model/proposal.ts'
import type { RepositoryView } from '../model/source.ts'
import type { Host } from './host.ts'
import { githubToken, remoteToken } from './login.ts'
import { refuseSigning, signerFor } from './signing.ts'

/** The forge as a run finds it: open and closed pull requests, and what people decided in them. */
export interface Desk {
  readonly forge: Forge
  readonly writer: BranchWriter
  readonly pulls: readonly Pull[]
  readonly memory: Memory
  readonly rules: MemoryRules
  readonly owners: Owners
  /** Lays decisions over what is wanted. */
  readonly review: Review
  readonly scopeOf: (change: ProposedChange) => string
}

/** What opening needs: settings and the repository that changes are planned on. */
export interface DeskRequest {
  readonly settings: Settings
  readonly gitdir: string
  readonly view: RepositoryView
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
  (memory: Memory, rules: MemoryRules): Review =>
  (change) =>
    judgeWanted(memory, { key: changeWords(change), from: change.from, to: change.to }, rules)

/** Reads the forge at the start of a run in mode `pull-request`. */
export async function openDesk(host: Host, { settings, gitdir, view }: DeskRequest): Promise<Desk> {
  const { github, remote, author, pullRequests, commits } = settings.deliver
  if (github === undefined) {
    throw stop('settings.missing', 'A pull request needs a forge to ask', {
      mend: 'Set deliver.github.repository, or use mode commit.',
    })
  }
  const token = githubToken(host, settings, 'Opening a pull request')
  const { repository, apiUrl, paced } = github
  const session = await openSession({
    kind: 'github',
    repository,
    token,
    paced,
    ...(apiUrl === undefined ? {} : { apiUrl }),
  })
  const forge = githubForge(session)
  const wire =
    remote && openRemote({ url: remote.url, token: remoteToken(host, settings, 'Pushing') }, nodeHttp)
  if (wire === undefined) refuseSigning(settings)
  const writer =
    wire === undefined
      ? githubWriter(session, { verified: commits.verified })
      : gitWriter({ fs, gitdir, cache: {} }, wire, {
          author,
          now: host.now(),
          sign: signerFor(host, settings),
        })
  const now = host.now()
  const pulls = await forge.pulls()
  const memory = remember(await hear(forge, pulls, { now, days: pullRequests.rememberDays }), now)
  const owners = await ownersOf(view)
  const { reconsider, settle, rememberDays } = pullRequests
  const rules = { reconsider, settle, rememberDays, now }
  return {
    forge,
    writer,
    pulls,
    memory,
    rules,
    owners,
    review: reviewBy(memory, rules),
    scopeOf: (change) =>
      scopeOf(change, isSplit(memory, changeWords(change)) ? 'workload' : pullRequests.grouping, owners),
  }
}
