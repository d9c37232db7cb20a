import fs from 'node:fs'
import { dirname, join } from 'node:path'
import git from 'isomorphic-git'
import { deliverDirect } from '../deliver/commit-directly.ts'
import { openTree, treeOf } from '../io/commit-tree.ts'
import type { Outcome, Plan } from '../model/plan.ts'
import { type BaseBranch, baseOf } from './base-branch.ts'
import { type BaseCommit, fetchBase, recheckBase } from './base-commit.ts'
import type { Checkout } from './checkout.ts'
import { byApi, deliverPlan } from './deliver/commit.ts'
import { splitByDelivery, usesPullRequests } from './deliver/delivery-rules.ts'
import { loadForgeState } from './deliver/forge-state.ts'
import { openForge, openImport, openWriter } from './deliver/open-forge.ts'
import { deliverPulls } from './deliver/pull-requests.ts'
import type { Host } from './host.ts'
import { planRepository, type RunRequest } from './plan-repository.ts'
import { retryWhenMoved } from './retry-when-moved.ts'

/**
 * Plans on the head of the base branch, delivers what settings say, and tells what became of it.
 * When somebody was faster, all of it is read, planned and proved anew, a few times.
 */
export const runOnce = (host: Host, request: RunRequest): Promise<Outcome> =>
  retryWhenMoved(host, async (nth) => {
    const base = await baseOf(request)
    return usesPullRequests(request.settings)
      ? pullPass(host, request, base)
      : commitPass(host, request, nth === 0 ? await here(base) : await there(host, request, base))
  })

type Standing = BaseBranch & BaseCommit

const here = async (base: BaseBranch): Promise<Standing> => ({
  ...base,
  tree: await treeOf(base.gitdir, base.id),
})

/** The base branch as the server has it, brought into the local store; as it is here without a server. */
async function there(host: Host, { settings }: RunRequest, base: BaseBranch): Promise<Standing> {
  const { gitdir, name } = base
  if (settings.deliver.remote === undefined && !byApi(settings)) return here(base)
  const session = byApi(settings) ? (await openForge(host, settings)).session : undefined
  const id = (await openWriter(host, settings, { gitdir, session }).head(name)) ?? base.id
  if (id === base.id) return here(base)
  const bring = openImport(host, settings, { gitdir, session, baseId: base.id })
  return { ...base, id, tree: await bring(id) }
}

async function pullPass(host: Host, request: RunRequest, base: BaseBranch): Promise<Outcome> {
  const { settings, observations } = request
  const { gitdir, name } = base
  const desk = await loadForgeState(host, { settings, gitdir, baseId: base.id })
  const ground = await fetchBase(desk, base)
  const view = openTree(gitdir, ground.tree)
  const decided = { review: desk.review, scopeOf: await desk.scopesOn(view) }
  const plan = await planRepository(host, request, { view, ref: name, decided })
  const { id: baseId } = await recheckBase(desk, { base, ground, plan })
  const { pulls, direct } = splitByDelivery(settings, plan.parts ?? [])
  const run = { plan: { ...plan, parts: pulls }, settings, observations, base: name, baseId }
  const delivery = await deliverPulls(host, run, desk)
  if (direct === undefined) return { plan, delivery }
  const made = await deliverDirect(direct.proposal, { base: name, baseId }, desk.writer)
  return { plan, delivery: { ...delivery, direct: made } }
}

async function commitPass(host: Host, request: RunRequest, base: Standing): Promise<Outcome> {
  const view = openTree(base.gitdir, base.tree)
  const plan = await planRepository(host, request, { view, ref: base.name })
  const { gitdir, name, id: baseId } = base
  const { settings } = request
  const delivery = await deliverPlan(host, { plan, settings, gitdir, base: name, baseId })
  const follows = delivery?.created === true && delivery.branch === base.name
  if (follows && (await isHere(base, delivery.commit))) await syncWorkTree(request.checkout, plan)
  return delivery === undefined ? { plan } : { plan, delivery }
}

/** Whether the branch here is at a commit: one that is behind the server is left where it is. */
const isHere = async ({ gitdir, name }: BaseBranch, commit: string | undefined): Promise<boolean> =>
  (await git.resolveRef({ fs, gitdir, ref: `refs/heads/${name}` })) === commit

/** After a commit on the branch that is checked out, its files follow, as far as nobody has touched them. */
async function syncWorkTree({ root, gitdir }: Checkout, { proposal }: Plan): Promise<void> {
  // A mirror has no work tree.
  if (gitdir === undefined || gitdir !== join(root, '.git')) return
  for (const { file, before, after } of proposal?.edits ?? []) {
    const path = join(root, file)
    const now = await fs.promises.readFile(path, 'utf8').catch(() => '')
    if (now !== before) continue
    await fs.promises.mkdir(dirname(path), { recursive: true })
    await fs.promises.writeFile(path, after)
    await git.add({ fs, dir: root, gitdir, filepath: file })
  }
}
