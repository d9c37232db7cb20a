import { z } from 'zod'
import { openCommit } from '../../io/commit-tree.ts'
import type { Observation } from '../../model/observation.ts'
import { inParallel } from '../../model/parallel.ts'
import { concernsOneSource, stop } from '../../model/problem.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { Rendering, RepositoryView, Source } from '../../model/source.ts'
import { terminal } from '../../model/text/terminal.ts'
import { workloadLabel } from '../../model/workload.ts'
import { withOverlays } from '../../plan/overlay-renderer.ts'
import type { RenderedPair } from '../../plan/review-sizes.ts'
import { findObjections, reviewComment } from '../../plan/review-sizes.ts'
import { commitAndParent } from '../../run/base-branch.ts'
import type { Host } from '../../run/host.ts'
import { openRenderer } from '../../run/open-renderer.ts'
import type { RunRequest } from '../../run/run.ts'
import { workflowEvent } from '../../run/workflow-event.ts'
import { identifySources } from '../../trace/sources/identify.ts'
import { type ReviewPlace, upsertComment } from './comment.ts'
import { runner } from './runner.ts'

/** The checkout to render before and after the pull request, and the usage to compare it with. */
export interface ReviewRequest extends Pick<RunRequest, 'checkout' | 'settings'> {
  readonly observations: readonly Observation[]
}

/**
 * Compares the sizes that a pull request changes with the observed usage, and comments on contradictions. Returns the number
 * of objections. Throws `usage` outside a `pull_request` workflow.
 */
export async function reviewPullRequest(
  host: Host,
  request: ReviewRequest,
  place: ReviewPlace,
): Promise<number> {
  const number = pullRequestNumber(host)
  const objections = findObjections(await renderBoth(host, request), request.observations)
  const text = reviewComment(objections)
  for (const one of objections)
    runner.warning(terminal`${workloadLabel(one.workload)}: ${one.to} ${one.text}`)
  await runner.summary(text)
  await upsertComment(text, { ...place, number, quiet: objections.length === 0 })
  return objections.length
}

const pullSchema = z.object({ pull_request: z.object({ number: z.number() }).nullish() })

/** The pull request that the workflow runs for. */
function pullRequestNumber({ env }: Host): number {
  const number = workflowEvent(env, pullSchema)?.pull_request?.number
  if (number !== undefined) return number
  throw stop('usage', 'Mode review needs a workflow that runs on pull_request', {
    hint: 'Add `on: pull_request` to the workflow, or remove `mode: review`.',
  })
}

/** Renders every source at the base commit and at the merge commit. */
async function renderBoth(
  host: Host,
  { checkout, settings }: ReviewRequest,
): Promise<readonly RenderedPair[]> {
  const { root, gitdir } = checkout
  if (gitdir === undefined) throw stop('git.missing', `${root} is not a Git checkout`)
  const { commit, parent } = await commitAndParent(gitdir)
  // Who opens a pull request must not choose what is fetched.
  const { renderer: bare, store } = openRenderer(host, { checkout, settings, purpose: 'run', offline: true })
  const renderer = withOverlays(bare)
  const open = async (id: string) => store.mount(await openCommit(gitdir, id))
  const [before, after] = await Promise.all([open(parent), open(commit)])
  const sources = await identifySources(settings.sources, { view: after, renderer })
  const pairs = await inParallel(sources, async (source): Promise<readonly RenderedPair[]> => {
    const [was, is] = await Promise.all([before, after].map((view) => rendering(source, view, renderer)))
    return was === undefined || is === undefined ? [] : [{ before: was, after: is }]
  })
  return pairs.flat()
}

/** `undefined` for a source that is new or does not render; other checks report the latter. */
async function rendering(
  source: Source,
  view: RepositoryView,
  renderer: Renderer,
): Promise<Rendering | undefined> {
  try {
    return await renderer.render(source, view)
  } catch (error) {
    if (!concernsOneSource(error)) throw error
    runner.info(terminal`${error.message}`)
    return undefined
  }
}
