import fs from 'node:fs'
import type { Settings } from '../../../config/schema.ts'
import { type DeliverOptions, deliver } from '../../deliver/commit.ts'
import { deliverDirect } from '../../deliver/commit-directly.ts'
import type { Plan } from '../../model/plan.ts'
import type { Delivery } from '../../model/proposal.ts'
import type { Host } from '../host.ts'
import { openForge, openWriter } from './open-forge.ts'
import { signerFor } from './signing.ts'
import { remoteToken } from './tokens.ts'

/** A plan to deliver as one commit, or not at all. */
export interface DeliverRequest {
  readonly plan: Plan
  readonly settings: Settings
  readonly gitdir: string
  readonly base: string
  readonly baseId: string
}

/** Whether a direct commit is made by the API of GitHub: it is named, and nothing is pushed. */
export const byApi = ({ deliver: { mode, github, remote } }: Settings): boolean =>
  mode === 'direct' && github !== undefined && remote === undefined

/** Delivers a plan in every mode but `pull-request`. */
export async function deliverPlan(host: Host, request: DeliverRequest): Promise<Delivery | undefined> {
  const { plan, settings, gitdir, base, baseId } = request
  const { proposal } = plan
  if (proposal === undefined) return undefined
  const { mode, author } = settings.deliver
  if (mode === 'pull-request') throw new Error('pull requests are delivered by the desk')
  const branch = mode === 'direct' ? base : settings.deliver.branch
  host.progress({ kind: 'stage', stage: 'deliver', detail: branch })
  if (byApi(settings)) {
    const { session } = await openForge(host, settings)
    return deliverDirect(proposal, { base, baseId }, openWriter(host, settings, { gitdir, session }))
  }
  const kind = mode === 'report' ? mode : 'commit'
  const options: DeliverOptions = { mode: kind, base, baseId, branch, author, ...destination(host, settings) }
  const sign = mode === 'report' ? undefined : signerFor(host, settings)
  return deliver(proposal, options, { fs, gitdir, now: host.now(), sign })
}

/** Where to push, with its token. */
function destination(host: Host, settings: Settings): Pick<DeliverOptions, 'remote'> {
  const { mode, remote } = settings.deliver
  if (mode === 'report' || remote === undefined) return {}
  return { remote: { url: remote.url, token: remoteToken(host, settings, 'Pushing') } }
}
