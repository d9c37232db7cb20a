import type { WantedChange } from '../edit/choose.ts'
import { chooseEdit } from '../edit/choose.ts'
import type { PlannedEdits, WantedEdit } from '../edit/plan.ts'
import { planEdits } from '../edit/plan.ts'
import type { FieldAddress } from '../model/field.ts'
import { fieldLabel } from '../model/field.ts'
import type { Progress } from '../model/progress.ts'
import type { Intent, Proof, UnexpectedChange } from '../model/proof.ts'
import type { Proposal, ProposedChange, Skipped } from '../model/proposal.ts'
import type { Change } from '../model/recommendation.ts'
import type { Renderer, RepositoryView } from '../model/source.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'
import type { SourceFiles } from '../trace/sources/discover.ts'
import { proveEdits } from './prove-edits.ts'

/** A change with the trace of its field. */
export interface TracedChange extends WantedChange {
  readonly change: Pick<Change, 'because' | 'together'> & { readonly cluster?: string }
}

/** What proposing needs. */
export interface ProposePorts {
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly progress: Progress
  /** Every source that may read an edited file. */
  readonly sharers: readonly SourceFiles[]
}

/** A proved proposal, if any change survived, and the changes that did not. */
export interface Proposed {
  readonly proposal?: Proposal
  readonly skipped: readonly Skipped[]
}

interface Dropped {
  readonly wish: TracedChange
  readonly reason: string
}

/**
 * Turns wishes into edits and proves them. A wish that cannot be granted takes with it those that must move
 * together with it; a source whose rendering refutes its edits loses all of them. The rest is tried again.
 */
export async function propose(wishes: readonly TracedChange[], ports: ProposePorts): Promise<Proposed> {
  const { accepted, edits, dropped } = await settle(wishes, ports)
  const skipped = dropped.map(({ wish, reason }) => skip(wish, reason))
  if (edits.length === 0) return { skipped }
  ports.progress({ kind: 'stage', stage: 'prove', detail: `${edits.length} files` })
  const proof = await proveEdits(
    edits,
    accepted.flatMap(({ intents }) => intents),
    ports,
  )
  if (proof.verdict === 'proved')
    return { proposal: { changes: accepted.map(proposed), edits, proof }, skipped }
  const bad = badFiles(proof, ports)
  const blamed = accepted.filter(({ edit }) => bad.has(edit.site.file))
  // Nobody to blame in particular: nothing of it is proved.
  const out = blamed.length === 0 ? accepted : blamed
  const refuted = out.map(({ wish }) => skip(wish, refutation(proof)))
  const kept = accepted.filter((one) => !out.includes(one)).map(({ wish }) => wish)
  const rest = await propose(kept, ports)
  return { ...rest, skipped: [...skipped, ...refuted, ...rest.skipped] }
}

/** The files read by the sources whose renderings refute a proof. */
function badFiles(proof: Proof, { sharers }: ProposePorts): ReadonlySet<string> {
  const bad = new Set([...proof.unexpected, ...proof.missing, ...proof.failed].map(({ source }) => source))
  return new Set(sharers.filter(({ source }) => bad.has(source.id)).flatMap(({ files }) => [...files]))
}

interface Accepted {
  readonly wish: TracedChange
  readonly edit: WantedEdit
  readonly intents: readonly Intent[]
}

interface Settled extends Pick<PlannedEdits, 'edits'> {
  readonly accepted: readonly Accepted[]
  readonly dropped: readonly Dropped[]
}

/** Edits for all wishes that can be granted, after those were dropped that cannot and their company. */
async function settle(wishes: readonly TracedChange[], ports: ProposePorts): Promise<Settled> {
  const choices = wishes.map((wish) => ({ wish, choice: chooseEdit(wish) }))
  const accepted = choices.flatMap(({ wish, choice }) =>
    choice.kind === 'edit' ? [{ wish, ...choice }] : [],
  )
  const planned = planEdits(
    await textsOf(accepted, ports.view),
    accepted.map(({ edit }) => edit),
  )
  const refused = [
    ...choices.flatMap(({ wish, choice }) =>
      choice.kind === 'refused' ? [{ wish, reason: choice.reason }] : [],
    ),
    ...planned.refused.flatMap(({ wanted, reason }) =>
      accepted.filter(({ edit }) => edit === wanted).map(({ wish }) => ({ wish, reason })),
    ),
  ]
  if (refused.length === 0) return { accepted, edits: planned.edits, dropped: [] }
  const dropped = withDependents(refused, wishes)
  const rest = await settle(
    wishes.filter((wish) => !dropped.some((one) => one.wish === wish)),
    ports,
  )
  return { ...rest, dropped: [...dropped, ...rest.dropped] }
}

async function textsOf(
  accepted: readonly Accepted[],
  view: RepositoryView,
): Promise<ReadonlyMap<string, string>> {
  const files = [...new Set(accepted.map(({ edit }) => edit.site.file))]
  return new Map(
    await Promise.all(files.map(async (file) => [file, (await view.read(file))?.text ?? ''] as const)),
  )
}

/** The refused wishes, and those that must move together with one of them. */
function withDependents(refused: readonly Dropped[], wishes: readonly TracedChange[]): readonly Dropped[] {
  const group = ({ trace, workload, change }: TracedChange): string =>
    [trace.source, workloadKey(workload), change.together].join('\0')
  const culprits = new Map(refused.map(({ wish }) => [group(wish), wish]))
  const company = wishes.flatMap((wish): readonly Dropped[] => {
    const culprit = culprits.get(group(wish))
    if (culprit === undefined || refused.some((one) => one.wish === wish)) return []
    return [{ wish, reason: `moves together with ${fieldLabel(culprit)}, which cannot be edited` }]
  })
  return [...refused, ...company]
}

function proposed({ wish, edit }: Accepted): ProposedChange {
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

const skip = (wish: TracedChange, reason: string): Skipped => {
  const { site, source } = wish.trace
  return {
    source,
    workload: workloadLabel(wish.workload),
    field: fieldLabel(wish),
    ...(site === null ? {} : { place: `${site.file}:${site.line}:${site.column}` }),
    reason,
  }
}

/** What a refuted proof says, in one line. Values are shown for sizes alone: any other may be a secret. */
function refutation({ unexpected, missing, failed }: Proof): string {
  const extra = unexpected.map(describeUnexpected)
  const still = missing.map(
    (one) => `${workloadLabel(one.workload)} ${fieldLabel(one)} would not become ${one.to}`,
  )
  const ends = failed.map(({ source, message }) => `${source} would no longer render: ${message}`)
  const all = [...ends, ...extra, ...still]
  const more = all.length > 3 ? `; and ${all.length - 3} more` : ''
  return `the rendering refutes the edit: ${all.slice(0, 3).join('; ')}${more}`
}

const sizes = new Set<string | number>([
  'cpu',
  'memory',
  'minReplicas',
  'maxReplicas',
  'averageUtilization',
  'replicas',
])

function describeUnexpected({ source, object, path, before, after }: UnexpectedChange): string {
  if (path.length === 0) {
    const what = after === null ? 'would be gone' : before === null ? 'would be new' : 'would change'
    return after === 'not rendered'
      ? `${source} reads a file of it and does not render here`
      : `${object} ${what} in ${source}`
  }
  const moves = sizes.has(path.at(-1) ?? '')
    ? ` would turn from ${before ?? 'unset'} to ${after ?? 'unset'}`
    : ' would change'
  return `${object} ${path.join('.')}${moves} in ${source}`
}
