import fs from 'node:fs'
import type { Settings } from '../../../config/schema.ts'
import { type DeliverOptions, deliver } from '../../deliver/commit.ts'
import { deliverDirect } from '../../deliver/commit-directly.ts'
import type { Delivery, Proposal } from '../../model/proposal.ts'
import type { BaseBranch } from '../base-branch.ts'
import type { Environment, RunPorts } from '../host.ts'
import { usesApi } from './delivery-rules.ts'
import { openForge, openWriter } from './open-forge.ts'
import { signerFor } from './signing.ts'
import { remoteToken } from './tokens.ts'

/** A proposal to deliver as one commit. */
export interface CommitRequest {
  readonly proposal: Proposal
  readonly settings: Pick<Settings, 'deliver' | 'programs'>
  readonly branch: BaseBranch
  /** The commit of the base branch that the proposal was proved on. */
  readonly baseId: string
}

/**
 * Delivers a proposal in mode `report`, `commit` or `direct`: chooses between the clone (plugin/deliver/commit.ts) and the
 * GitHub API (plugin/deliver/commit-directly.ts).
 */
export async function deliverCommit(
  ports: RunPorts,
  { proposal, settings, branch: { gitdir, name: base }, baseId }: CommitRequest,
): Promise<Delivery> {
  const { deliver: how, programs } = settings
  const { mode, author, commits } = how
  if (mode === 'pull-request') throw new Error('mode pull-request makes no commit by itself')
  const branch = mode === 'direct' ? base : how.branch
  const now = ports.now()
  if (mode !== 'report') ports.progress({ kind: 'stage', stage: 'deliver', detail: branch })
  if (usesApi(how)) {
    const { session } = await openForge(ports, how)
    return deliverDirect(proposal, { base, baseId }, openWriter(ports, { settings, gitdir, session, now }))
  }
  const kind = mode === 'report' ? mode : 'commit'
  const options = { mode: kind, base, baseId, branch, author, ...remoteOf(ports, how) } as const
  const sign = mode === 'report' ? undefined : signerFor(ports, { commits, programs, gitdir })
  return deliver(proposal, options, { fs, gitdir, now, sign })
}

/** The remote to push to, if any. */
function remoteOf(environment: Environment, how: Settings['deliver']): Pick<DeliverOptions, 'remote'> {
  const { mode, remote } = how
  if (mode === 'report' || remote === undefined) return {}
  return { remote: { url: remote.url, token: remoteToken(environment, how, 'Pushing') } }
}
