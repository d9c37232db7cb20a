import { type DeclaredWorkload, declaredWorkloads } from '../model/declared.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { Observation } from '../model/observation.ts'
import { observedIn } from '../model/observed.ts'
import type { SourceRecommendation } from '../model/plan.ts'
import { plural } from '../model/plural.ts'
import type { Progress } from '../model/progress.ts'
import type { Skipped } from '../model/proposal.ts'
import type { Renderer } from '../model/renderer.ts'
import type { Rendering, RepositoryView, Source } from '../model/source.ts'
import { namespaceOf } from '../model/source.ts'
import { workloadKey } from '../model/workload.ts'
import type { RecordedWorkload } from '../recommend/backtest.ts'
import { deployedOnce } from '../trace/sources/deployed-once.ts'
import type { Unrendered } from '../trace/sources/releases.ts'
import { renderEach, renderReleases } from '../trace/sources/releases.ts'
import { nameWholePods } from './name-whole-pods.ts'

/** What a plan uses of the outside. */
export interface PlanPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly progress: Progress
}

/** Renderings, and the sources that do not render. */
export interface RenderedSources {
  readonly rendered: readonly Rendering[]
  readonly failed: readonly Skipped[]
}

/**
 * Renders the sources, then the releases that they contain. A source that does not render, and one that a release deploys,
 * is skipped with a warning.
 */
export async function renderAll(sources: readonly Source[], ports: PlanPorts): Promise<RenderedSources> {
  ports.progress({ kind: 'stage', stage: 'render', detail: plural(sources.length, 'source') })
  const own = await renderEach(sources, ports)
  const releases = await renderReleases(own.rendered, ports)
  const missing = releases.rendered.flatMap(({ source, missing: reasons = [] }) =>
    reasons.map((reason) => ({ source, reason })),
  )
  const failed = [...own.failed, ...releases.failed, ...missing].map((one) =>
    skipWithWarning(one, ports.progress),
  )
  for (const { source, rollouts = [] } of releases.rendered) {
    const differs = rollouts.at(-1)?.differs
    if (differs !== undefined) ports.progress({ kind: 'warning', message: `${source.id}: ${differs}` })
  }
  const { rendered, repeated } = await deployedOnce([...own.rendered, ...releases.rendered], ports)
  for (const { source, by, declares } of repeated) {
    const message = `${source.id} counts once: ${by.id} deploys it, so sources: need not list it`
    if (!declares) ports.progress({ kind: 'warning', message })
  }
  return { rendered, failed }
}

function skipWithWarning({ source, reason }: Unrendered, progress: Progress): Skipped {
  progress({ kind: 'warning', message: `${source.id}: ${reason}` })
  return { source: source.id, workload: '', reason }
}

/** Returns every workload that the sources declare and that has usage data. */
export async function declaredAndObserved(
  {
    sources,
    observations,
  }: { readonly sources: readonly Source[]; readonly observations: readonly Observation[] },
  ports: PlanPorts,
): Promise<readonly RecordedWorkload[]> {
  const { rendered } = await renderAll(sources, ports)
  const found = rendered.map(({ source, objects }) => ({
    source,
    workloads: declaredWorkloads(objects, namespaceOf(source)),
  }))
  const used = nameWholePods(observations, found)
  return found.flatMap(({ source, workloads }) => {
    const known = observedIn(used, source.cluster)
    return workloads.flatMap((declared: DeclaredWorkload) => {
      const observation = known.get(workloadKey(declared.workload))
      return observation === undefined ? [] : [{ declared, observation }]
    })
  })
}

/** A value that a source renders. */
export type DeclaredField = Pick<SourceRecommendation, 'cluster' | 'workload' | 'field'> & {
  readonly container?: string
  readonly now: string
  readonly renderedBy: Source
}

/** Returns every value that the sources and the releases in them render. */
export async function declaredFields(
  sources: readonly Source[],
  ports: PlanPorts,
): Promise<readonly DeclaredField[]> {
  const { rendered } = await renderAll(sources, ports)
  return rendered.flatMap(({ source, objects }) =>
    fieldsOf(objects, namespaceOf(source)).map(({ workload, container, field, value }) => ({
      ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
      workload,
      ...(container === undefined ? {} : { container }),
      field,
      now: value,
      renderedBy: source,
    })),
  )
}
