import { packObjects } from 'isomorphic-git'
import { oneLine } from '../../model/escape-markdown.ts'
import { type ExpectedStop, stop } from '../../model/problem.ts'
import { pktLine, post, readPktLines, type SmartHttp } from './smart-http.ts'
import type { Repository } from './tree.ts'

/** One branch to move on the server, from the commit last read there (`undefined`: it must not exist) to a new one. */
export interface Push {
  readonly branch: string
  readonly from: string | undefined
  readonly to: string
  /** Every object that the server may lack: the commit, its new trees and new blobs. */
  readonly objects: readonly string[]
}

const noCommit = '0'.repeat(40)
/** How servers say that the branch is not where it was seen. */
const outrun =
  /stale|fetch first|non-fast-forward|failed to (?:update|lock)|cannot lock|already exists|is at .* but expected/i
const incomplete = /missing necessary objects|shallow update|unpack|did not receive expected object/i

function rejected(wire: SmartHttp, branch: string, reason: string): ExpectedStop {
  if (incomplete.test(reason)) {
    return stop('git.remote', `The server does not hold the base commit of ${branch} (${oneLine(reason)})`, {
      place: wire.place,
      hint: 'Push the base branch first, or fetch it so that clone and server agree; then run again.',
    })
  }
  return stop(
    outrun.test(reason) ? 'git.moved' : 'git.conflict',
    `The server rejected ${branch}: ${oneLine(reason)}`,
    {
      place: wire.place,
      hint: 'The branch moved meanwhile, or a rule protects it. Run again; if it stays, check the branch rules.',
    },
  )
}

/** Reads the report of https://git-scm.com/docs/gitprotocol-pack#_report_status and throws unless the branch moved. */
function readReport(wire: SmartHttp, { branch }: Push, answer: Uint8Array): void {
  const { lines } = readPktLines(answer)
  const unpacked = lines.find((line) => line.startsWith('unpack ')) ?? 'unpack: no report came'
  if (unpacked !== 'unpack ok') throw rejected(wire, branch, unpacked)
  const ref = `refs/heads/${branch}`
  if (lines.includes(`ok ${ref}`)) return
  const refusal = lines.find((line) => line.startsWith(`ng ${ref} `)) ?? 'no report came'
  throw rejected(wire, branch, refusal.replace(`ng ${ref} `, ''))
}

/**
 * Moves one branch on the server, sending the new objects only and the id last read as a lease:
 * the server itself refuses when the branch moved since. Rejects with `git.conflict` or `git.remote`.
 */
export async function pushBranch(repository: Repository, wire: SmartHttp, push: Push): Promise<void> {
  const { packfile } = await packObjects({ ...repository, oids: [...new Set(push.objects)] })
  if (packfile === undefined) throw new Error('no pack was made')
  const command = `${push.from ?? noCommit} ${push.to} refs/heads/${push.branch}`
  const head = `${pktLine(`${command}\0 report-status agent=gitops-tortoise`)}0000`
  const answer = await post(wire, 'git-receive-pack', Buffer.concat([Buffer.from(head), packfile]))
  readReport(wire, push, answer)
}
