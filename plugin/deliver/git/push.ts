import { packObjects } from 'isomorphic-git'
import { type ExpectedStop, stop } from '../../model/problem.ts'
import { serverMessage } from '../../model/text/clean.ts'
import { pktLine, post, readPktLines, type SmartHttp } from './smart-http.ts'
import type { Repository } from './tree.ts'

/** A branch to move on the server, from the commit that was read there (`undefined`: it must not exist) to a new one. */
export interface PushRequest {
  readonly branch: string
  readonly from: string | undefined
  readonly to: string
  /** All objects that the server may lack: the commit, its new trees and new blobs. */
  readonly objects: readonly string[]
}

const noCommit = '0'.repeat(40)
/** How servers report that the branch is not at `from` any more. */
const movedReasons =
  /stale|fetch first|non-fast-forward|failed to (?:update|lock)|cannot lock|already exists|is at .* but expected/i
/** How servers report that they lack objects that the pack builds on. */
const incompleteReasons = /missing necessary objects|shallow update|unpack|did not receive expected object/i

function rejected(server: SmartHttp, branch: string, reason: string): ExpectedStop {
  if (incompleteReasons.test(reason)) {
    return stop(
      'git.remote',
      `The server does not have the base commit of ${branch} (${serverMessage(reason)})`,
      {
        place: server.place,
        hint: 'Push or fetch the base branch, so that the clone and the server have the same commits, then run again.',
      },
    )
  }
  return stop(
    movedReasons.test(reason) ? 'git.moved' : 'git.conflict',
    `The server rejected ${branch}: ${serverMessage(reason)}`,
    {
      place: server.place,
      hint: 'The branch moved during the run, or a branch rule protects it. Run again. If the error stays, check the branch rules.',
    },
  )
}

/** Reads the report of https://git-scm.com/docs/gitprotocol-pack#_report_status. Throws unless the branch was moved. */
function readReport(server: SmartHttp, branch: string, response: Uint8Array): void {
  const { lines } = readPktLines(response)
  const unpacked =
    lines.find((line) => line.startsWith('unpack ')) ?? 'unpack: the response contains no report'
  if (unpacked !== 'unpack ok') throw rejected(server, branch, unpacked)
  const ref = `refs/heads/${branch}`
  if (lines.includes(`ok ${ref}`)) return
  const refusal = lines.find((line) => line.startsWith(`ng ${ref} `)) ?? 'the response contains no report'
  throw rejected(server, branch, refusal.replace(`ng ${ref} `, ''))
}

/**
 * Moves a branch on the server. It sends the new objects only, with the id that was read as a lease, so the server refuses
 * when the branch moved. Throws `git.moved`, `git.conflict` or `git.remote`.
 */
export async function pushBranch(
  repository: Repository,
  server: SmartHttp,
  push: PushRequest,
): Promise<void> {
  const { packfile } = await packObjects({ ...repository, oids: [...new Set(push.objects)] })
  if (packfile === undefined) throw new Error('no pack was made')
  const command = `${push.from ?? noCommit} ${push.to} refs/heads/${push.branch}`
  const head = `${pktLine(`${command}\0 report-status agent=gitops-tortoise`)}0000`
  const response = await post(server, 'git-receive-pack', Buffer.concat([Buffer.from(head), packfile]))
  readReport(server, push.branch, response)
}

/** Deletes a branch on the server that is at the commit that was read there. Throws like `pushBranch`. */
export async function deleteBranch(
  server: SmartHttp,
  { branch, from }: { readonly branch: string; readonly from: string },
): Promise<void> {
  const command = `${from} ${noCommit} refs/heads/${branch}`
  const head = `${pktLine(`${command}\0 report-status delete-refs agent=gitops-tortoise`)}0000`
  readReport(server, branch, await post(server, 'git-receive-pack', Buffer.from(head)))
}
