import type { Wish } from './edit/choose.ts'
import { chooseEdit } from './edit/choose.ts'
import type { WantedEdit } from './edit/plan.ts'
import { planEdits } from './edit/plan.ts'
import { declaredWorkloads } from './model/declared.ts'
import type { FileEdit } from './model/edit.ts'
import type { FieldAddress } from './model/field.ts'
import { fieldKey, fieldLabel } from './model/field.ts'
import type { Observation } from './model/observation.ts'
import type { Plan, SourceRecommendation } from './model/plan.ts'
import { ExpectedStop } from './model/problem.ts'
import type { Progress } from './model/progress.ts'
import type { Intent, Proof } from './model/proof.ts'
import type { Proposal, ProposedChange, Skipped } from './model/proposal.ts'
import type { Change } from './model/recommendation.ts'
import type { Renderer, Rendering, RepositoryView, Source } from './model/source.ts'
import { workloadLabel } from './model/workload.ts'
import { inParallel } from './parallel.ts'
import { proveEdits } from './prove-edits.ts'
import type { RecommendSettings } from './recommend/recommend.ts'
import { recommend } from './recommend/recommend.ts'
import type { TracedSource } from './trace/trace-source.ts'
import { namespaceOf } from './trace/trace-source.ts'
import type { TracedField } from './trace-fields.ts'
import { traceFields } from './trace-fields.ts'

/** What one pass looks at. */
export interface PlanRequest {
  readonly sources: readonly Source[]
  readonly observations: readonly Observation[]
  readonly recommend: RecommendSettings
  /** Edit values that several sources share. */
  readonly allowShared: boolean
}

/** What a pass needs from outside. */
export interface PlanPorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly progress: Progress
}

/** One pass: what Git declares and what was seen, to values, to places, to edits, to their proof. */
export async function plan(request: PlanRequest, ports: PlanPorts): Promise<Plan> {
  const { rendered, failed } = await renderSources(request.sources, ports)
  const recommendations = rendered.flatMap((rendering) => recommendFor(rendering, request))
  const changes = recommendations.filter(isChange)
  if (changes.length === 0) return { recommendations, skipped: failed }
  const asked = new Set(changes.map(({ source }) => source))
  const known = { named: request.sources, rendered }
  const traced = await traceFields(asked, known, { ...ports, allowShared: request.allowShared })
  const wishes = changes.flatMap((change) => wishesFor(change, traced.answers))
  const made = await makeProposal(wishes, traced.sources, ports)
  return { recommendations, ...made, skipped: [...failed, ...made.skipped] }
}

const isChange = (one: SourceRecommendation): one is Change & { source: string; cluster?: string } =>
  one.verdict === 'change'

async function renderSources(sources: readonly Source[], { renderer, view, progress }: PlanPorts) {
  progress({ kind: 'stage', stage: 'render', detail: `${sources.length} sources` })
  const results = await inParallel(sources, async (source): Promise<Rendering | Skipped> => {
    try {
      return await renderer.render(source, view)
    } catch (error) {
      if (!(error instanceof ExpectedStop) || error.problems.some(({ code }) => code !== 'source.render'))
        throw error
      progress({ kind: 'warning', message: error.message })
      return { source: source.id, workload: '', reason: error.problems[0]?.message ?? error.message }
    }
  })
  return {
    rendered: results.filter((result): result is Rendering => 'objects' in result),
    failed: results.filter((result): result is Skipped => 'reason' in result),
  }
}

function recommendFor({ source, objects }: Rendering, request: PlanRequest): readonly SourceRecommendation[] {
  const workloads = declaredWorkloads(objects, namespaceOf(source))
  const { id, cluster } = source
  return recommend({ cluster, workloads }, request.observations, request.recommend).map((one) => ({
    ...one,
    source: id,
    ...(cluster === undefined ? {} : { cluster }),
  }))
}

/** A change that found its trace. */
export interface TracedWish extends Wish {
  readonly change: Pick<Change, 'because'> & { readonly cluster?: string }
}

function wishesFor(
  change: Change & { source: string },
  answers: ReadonlyMap<string, TracedField>,
): readonly TracedWish[] {
  const answer = answers.get(`${change.source}\0${fieldKey(change)}`)
  if (answer === undefined) return []
  const { workload, container, field, to } = change
  return [
    {
      workload,
      ...(container === undefined ? {} : { container }),
      field,
      to,
      trace: answer.trace,
      rendered: answer.path,
      change,
    },
  ]
}

interface Made {
  readonly proposal?: Proposal
  readonly skipped: readonly Skipped[]
}

interface Granted {
  readonly wish: TracedWish
  readonly edit: WantedEdit
  readonly intents: readonly Intent[]
}

/** Edits and their proof. What refutes the proof is dropped with its source and the rest tried once more. */
export async function makeProposal(
  wishes: readonly TracedWish[],
  sources: readonly TracedSource[],
  ports: PlanPorts,
): Promise<Made> {
  const skipped: Skipped[] = []
  const granted = wishes.flatMap((wish): readonly Granted[] => {
    const chosen = chooseEdit(wish)
    if (chosen.kind === 'refused') skipped.push(skip(wish, chosen.reason))
    return chosen.kind === 'edit' ? [{ wish, edit: chosen.edit, intents: chosen.intents }] : []
  })
  const first = await attempt(granted, sources, ports)
  const bad = refutedSources(first.proof)
  if (first.proof === undefined || bad.size === 0) return finish(first, [...skipped, ...first.skipped])
  const dropped = granted.filter(({ wish }) => bad.has(wish.trace.source))
  const second = await attempt(
    granted.filter((one) => !dropped.includes(one)),
    sources,
    ports,
  )
  const why = refutation(first.proof)
  return finish(second, [...skipped, ...second.skipped, ...dropped.map(({ wish }) => skip(wish, why))])
}

interface Attempt {
  readonly granted: readonly Granted[]
  readonly edits: readonly FileEdit[]
  readonly proof?: Proof
  readonly skipped: readonly Skipped[]
}

async function attempt(
  granted: readonly Granted[],
  sources: readonly TracedSource[],
  ports: PlanPorts,
): Promise<Attempt> {
  const files = [...new Set(granted.map(({ edit }) => edit.site.file))]
  const texts = new Map(
    await Promise.all(files.map(async (file) => [file, (await ports.view.read(file))?.text ?? ''] as const)),
  )
  const planned = planEdits(
    texts,
    granted.map(({ edit }) => edit),
  )
  const byEdit = new Map(granted.map((one) => [one.edit, one]))
  const done = planned.done.flatMap((edit) => byEdit.get(edit) ?? [])
  const skipped = planned.refused.flatMap(({ wanted, reason }) => {
    const wish = byEdit.get(wanted)?.wish
    return wish === undefined ? [] : [skip(wish, reason)]
  })
  if (planned.edits.length === 0) return { granted: done, edits: [], skipped }
  ports.progress({ kind: 'stage', stage: 'prove', detail: `${planned.edits.length} files` })
  const proof = await proveEdits(
    planned.edits,
    done.flatMap(({ intents }) => intents),
    { ...ports, sources },
  )
  return { granted: done, edits: planned.edits, proof, skipped }
}

function finish({ granted, edits, proof }: Attempt, skipped: readonly Skipped[]): Made {
  if (proof?.verdict !== 'proved') return { skipped }
  return { proposal: { changes: granted.map(proposed), edits, proof }, skipped }
}

function proposed({ wish, edit }: Granted): ProposedChange {
  const { trace, change } = wish
  return {
    ...addressOf(wish),
    source: trace.source,
    ...(change.cluster === undefined ? {} : { cluster: change.cluster }),
    from: trace.value,
    to: edit.to,
    because: change.because,
    site: edit.site,
  }
}

const addressOf = ({ workload, container, field }: FieldAddress): FieldAddress => ({
  workload,
  ...(container === undefined ? {} : { container }),
  field,
})

const skip = (wish: TracedWish, reason: string): Skipped => ({
  source: wish.trace.source,
  workload: workloadLabel(wish.workload),
  field: fieldLabel(wish),
  reason,
})

const refutedSources = (proof: Proof | undefined): ReadonlySet<string> =>
  new Set(proof === undefined ? [] : [...proof.surprises, ...proof.missed].map(({ source }) => source))

/** What a refuted proof says, in one line. */
export function refutation({ surprises, missed }: Proof): string {
  const extra = surprises
    .slice(0, 3)
    .map(
      ({ object, path, before, after }) =>
        `${object} ${path.join('.')} would turn from ${before} to ${after}`,
    )
  const still = missed
    .slice(0, 3)
    .map((one) => `${workloadLabel(one.workload)} ${fieldLabel(one)} would not become ${one.to}`)
  const more = surprises.length + missed.length - extra.length - still.length
  return `the rendering refutes the edit: ${[...extra, ...still].join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}
