import type { ChosenEdit } from '../edit/choose.ts'
import { chooseEdit } from '../edit/choose.ts'
import type { PlannedEdits } from '../edit/plan.ts'
import { planEdits } from '../edit/plan.ts'
import type { FieldAddress } from '../model/field.ts'
import { fieldKey, fieldLabel, sourceFieldKey } from '../model/field.ts'
import type { Progress } from '../model/progress.ts'
import type { Intent, Proof } from '../model/proof.ts'
import type { Proposal, ProposedChange, Skipped } from '../model/proposal.ts'
import type { RepositoryView } from '../model/source.ts'
import { workloadLabel } from '../model/workload.ts'
import { tracedGroupKey } from './change-group.ts'
import type { ProofPorts } from './prove-edits.ts'
import { proveEdits } from './prove-edits.ts'
import { type Dropped, refutedChanges } from './refuted-changes.ts'
import { sharedAlike } from './shared-alike.ts'
import type { TracedChange } from './traced-change.ts'
import { withinFixedLimits } from './within-fixed-limits.ts'

/** What proposing uses of the outside. */
export interface ProposePorts extends ProofPorts {
  readonly progress: Progress
}

/** A proved proposal, absent when no change was accepted, and the changes that were dropped. */
export interface Proposed {
  readonly proposal?: Proposal
  readonly skipped: readonly Skipped[]
}

/**
 * Edits the source lines of changes and proves the edits. Fields that must change together are dropped together when one of
 * them cannot be edited. If a source's rendering refutes its edits, the changes that the refutation speaks against are
 * dropped, and the remaining changes are tried again.
 */
export async function propose(changes: readonly TracedChange[], ports: ProposePorts): Promise<Proposed> {
  const { accepted, edits, dropped, proof } = await proveChanges(changes, ports)
  const skipped = dropped.map(({ traced, reason }) => skip(traced, reason))
  if (proof === undefined) return { skipped }
  if (proof.verdict === 'proved')
    return { proposal: { changes: accepted.map(proposedChange), edits, proof }, skipped }
  const files = refutedFiles(proof, ports)
  const inFiles = accepted.filter(({ edit }) => files.has(edit.site.file))
  // If no file explains the refutation, no change is proved.
  const suspects = inFiles.length === 0 ? accepted : inFiles
  const tried = async (some: readonly TracedChange[]): Promise<boolean> =>
    (await proveChanges(some, ports)).proof?.verdict !== 'refuted'
  const guilty = await refutedChanges(
    proof,
    suspects.map(({ traced }) => traced),
    tried,
  )
  const refuted = new Set(guilty.map(({ traced }) => traced))
  const kept = accepted.filter(({ traced }) => !refuted.has(traced)).map(({ traced }) => traced)
  const rest = await propose(kept, ports)
  return {
    ...rest,
    skipped: [...skipped, ...guilty.map(({ traced, reason }) => skip(traced, reason)), ...rest.skipped],
  }
}

/** Edits what can be edited, and proves the edits; without a proof where nothing is edited. */
async function proveChanges(
  changes: readonly TracedChange[],
  ports: ProposePorts,
): Promise<EditedChanges & { readonly proof?: Proof }> {
  const edited = await editAll(changes, ports.view)
  if (edited.edits.length === 0) return edited
  ports.progress({ kind: 'stage', stage: 'prove', detail: `${edited.edits.length} files` })
  return { ...edited, proof: await proveEdits(edited.edits, distinctIntents(edited.accepted), ports) }
}

/** What the accepted changes are meant to change, each field once: changes that share a source line name the same fields. */
const distinctIntents = (accepted: readonly Accepted[]): readonly Intent[] => [
  ...new Map(
    accepted.flatMap(({ intents }) => intents.map((one) => [sourceFieldKey(one), one] as const)),
  ).values(),
]

/** The files that the sources with a refuted rendering read. */
function refutedFiles(
  { unexpected, missing, failed, refused = [] }: Proof,
  { sharers }: ProposePorts,
): ReadonlySet<string> {
  const refuted = new Set([...unexpected, ...missing, ...failed, ...refused].map(({ source }) => source))
  return new Set(sharers.filter(({ source }) => refuted.has(source.id)).flatMap(({ files }) => [...files]))
}

interface Accepted extends ChosenEdit {
  readonly traced: TracedChange
}

interface EditedChanges extends Pick<PlannedEdits, 'edits'> {
  readonly accepted: readonly Accepted[]
  readonly dropped: readonly Dropped[]
}

/** Edits all changes that can be edited, after dropping the others with their change groups. */
async function editAll(wanted: readonly TracedChange[], view: RepositoryView): Promise<EditedChanges> {
  const changes = sharedAlike(wanted)
  const choices = changes.map((traced) => ({ traced, choice: chooseEdit(traced) }))
  const accepted = choices.flatMap(({ traced, choice }) =>
    choice.kind === 'edit' ? [{ traced, ...choice }] : [],
  )
  const planned = planEdits(
    await textsOf(accepted, view),
    accepted.map(({ edit }) => edit),
  )
  const refused = [
    ...choices.flatMap(({ traced, choice }) =>
      choice.kind === 'refused' ? [{ traced, reason: choice.reason }] : [],
    ),
    ...planned.refused.flatMap(({ wanted: refusedEdit, reason }) =>
      accepted.filter(({ edit }) => edit === refusedEdit).map(({ traced }) => ({ traced, reason })),
    ),
  ]
  if (refused.length === 0) return { accepted, edits: planned.edits, dropped: [] }
  const smaller = withinFixedLimits(refused, changes)
  const all = withDependents(refused, changes)
  const remaining = changes.filter((one) => !all.some(({ traced }) => traced === one))
  const isMade = ({ traced }: Dropped): boolean => smaller.some((one) => isSameField(one, traced))
  const dropped = all.filter((one) => !isMade(one))
  const rest = await editAll([...remaining, ...smaller], view)
  return { ...rest, dropped: [...dropped, ...rest.dropped] }
}

const isSameField = (one: TracedChange, other: TracedChange): boolean =>
  one.trace.source === other.trace.source && fieldKey(one) === fieldKey(other)

async function textsOf(
  accepted: readonly Accepted[],
  view: RepositoryView,
): Promise<ReadonlyMap<string, string>> {
  const files = [...new Set(accepted.map(({ edit }) => edit.site.file))]
  return new Map(
    await Promise.all(files.map(async (file) => [file, (await view.read(file))?.text ?? ''] as const)),
  )
}

/** The refused changes, and all other changes of their change groups. */
function withDependents(refused: readonly Dropped[], changes: readonly TracedChange[]): readonly Dropped[] {
  const causes = new Map(refused.map(({ traced }) => [tracedGroupKey(traced), traced]))
  const dependents = changes.flatMap((traced): readonly Dropped[] => {
    const cause = causes.get(tracedGroupKey(traced))
    if (cause === undefined || refused.some((one) => one.traced === traced)) return []
    return [{ traced, reason: `changes together with ${fieldLabel(cause)}, which cannot be edited` }]
  })
  return [...refused, ...dependents]
}

function proposedChange({ traced, edit, rounded }: Accepted): ProposedChange {
  const { trace, change } = traced
  const schema =
    rounded === undefined
      ? []
      : [{ rule: 'schema.step', text: `The value is rounded up to ${edit.to}: ${rounded}.` }]
  return {
    ...addressOf(traced),
    source: trace.source,
    ...(change.cluster === undefined ? {} : { cluster: change.cluster }),
    from: trace.value,
    to: edit.to,
    because: [...change.because, ...schema],
    site: edit.site,
    ...(change.earned === undefined ? {} : { earned: change.earned }),
  }
}

const addressOf = ({ workload, container, field }: FieldAddress): FieldAddress => ({
  workload,
  ...(container === undefined ? {} : { container }),
  field,
})

const skip = (traced: TracedChange, reason: string): Skipped => {
  const { site, source } = traced.trace
  return {
    source,
    ...(traced.change.cluster === undefined ? {} : { cluster: traced.change.cluster }),
    namespace: traced.workload.namespace,
    workload: workloadLabel(traced.workload),
    field: fieldLabel(traced),
    ...(site === null ? {} : { place: `${site.file}:${site.line}:${site.column}` }),
    reason,
  }
}
