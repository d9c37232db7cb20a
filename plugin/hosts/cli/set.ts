import { constants } from 'node:fs'
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { createTwoFilesPatch } from 'diff'
import type { Wish } from '../../edit/choose.ts'
import { chooseEdit } from '../../edit/choose.ts'
import type { PlannedEdits } from '../../edit/plan.ts'
import { planEdits } from '../../edit/plan.ts'
import type { FileEdit } from '../../model/edit.ts'
import { fieldKey, fieldLabel, isContainerField } from '../../model/field.ts'
import { plural } from '../../model/plural.ts'
import { stop } from '../../model/problem.ts'
import type { Intent, Proof } from '../../model/proof.ts'
import { workloadLabel } from '../../model/workload.ts'
import { refutation } from '../../propose.ts'
import { proveEdits } from '../../prove-edits.ts'
import { traceAbsent } from '../../trace/absent.ts'
import type { Host } from '../host.ts'
import { Refused } from './exit.ts'
import type { OpenedSource, SourceFlags } from './source-options.ts'
import { openSource, withSourceFlags } from './source-options.ts'
import type { Assignment } from './target.ts'
import { findAutoscaled, findContainer, parseAssignment } from './target.ts'
import { traceOpened } from './trace.ts'

interface SetFlags extends SourceFlags {
  readonly workload: string
  readonly set: readonly Assignment[]
  readonly allowShared?: boolean
  readonly dryRun?: boolean
}

/** `tortoise set SOURCE`: traces, edits, proves and writes the work tree. */
export function setCommand(host: Host): Command {
  const command = withSourceFlags(
    new Command('set').argument('<source>', 'directory of a kustomization, a chart or manifests'),
  )
  const collect = (text: string, before: readonly Assignment[] = []) => [...before, parseAssignment(text)]
  return command
    .description('change values at the place in Git that decides them, proved by rendering')
    .requiredOption('--workload <Kind/name>', 'the workload to change')
    .requiredOption('--set <[container.]field=value>', 'a value to set; repeatable', collect)
    .option('--allow-shared', 'edit a place that other workloads or sources take their value from too')
    .option('--dry-run', 'print the change as a diff and write nothing')
    .action(async (given: string, flags: SetFlags) =>
      set(host, await openSource(host, given, { ...flags, purpose: 'edit' }), flags),
    )
}

async function set(host: Host, opened: OpenedSource, flags: SetFlags): Promise<void> {
  const { view, renderer } = opened
  const { wishes, sources, unseen } = await findWishes(host, opened, flags)
  const chosen = wishes.map((wish) => ({ wish, choice: chooseEdit(wish) }))
  const refused = chosen.flatMap(({ wish, choice }) =>
    choice.kind === 'refused' ? [refusalLine(wish, choice.reason)] : [],
  )
  if (refused.length > 0) throw new Refused(refused.join('\n'))
  const granted = chosen.flatMap(({ choice }) => (choice.kind === 'edit' ? [choice] : []))
  const planned = await planIn(
    opened,
    granted.map(({ edit }) => edit),
  )
  if (planned.edits.length === 0) return host.stdout('Nothing to change: the values are set already.\n')
  const intents = granted.flatMap((choice) => choice.intents)
  const proof = await proveEdits(planned.edits, intents, { view, renderer, sources, unseen })
  if (proof.verdict === 'refuted') throw new Refused(`refused: ${refutation(proof)}`)
  if (flags.dryRun === true) return host.stdout(planned.edits.map(diffOf).join(''))
  await writeAll(opened.checkout.root, planned.edits)
  host.stdout(summary(planned, intents, proof))
}

async function findWishes(
  host: Host,
  opened: OpenedSource,
  { workload: label, set: assignments, allowShared = false }: SetFlags,
) {
  const { sources, unseen, context, traced, fields } = await traceOpened(host, opened, allowShared)
  const find = async ({ container: named, field, value }: Assignment): Promise<Wish> => {
    const ofField = fields.filter((one) => one.field === field)
    if (!isContainerField(field)) {
      const known = findAutoscaled(
        ofField.filter((one) => named === undefined || one.container === named),
        label,
      )
      if (known !== undefined)
        return { ...addressOf(known), trace: known.trace, to: value, rendered: known.path }
    }
    const { workload, container, holder } = findContainer(traced, label, named)
    const address = { workload, container, field }
    const known = ofField.find(
      (one) => one.trace.source === holder.source.id && fieldKey(one) === fieldKey(address),
    )
    if (known !== undefined) return { ...address, trace: known.trace, to: value, rendered: known.path }
    return {
      ...address,
      trace: await traceAbsent(address, holder, context),
      to: value,
    }
  }
  return { wishes: await Promise.all(assignments.map(find)), sources, unseen }
}

const addressOf = ({
  workload,
  container,
  field,
}: Wish | Intent | { workload: Wish['workload']; container?: string; field: Wish['field'] }) => ({
  workload,
  ...(container === undefined ? {} : { container }),
  field,
})

async function planIn(
  { view }: OpenedSource,
  wanted: Parameters<typeof planEdits>[1],
): Promise<PlannedEdits> {
  const files = [...new Set(wanted.map(({ site }) => site.file))]
  const texts = new Map(
    await Promise.all(files.map(async (file) => [file, (await view.read(file))?.text ?? ''] as const)),
  )
  const planned = planEdits(texts, wanted)
  const [first] = planned.refused
  if (first !== undefined) throw new Refused(refusalLine(first.wanted, first.reason))
  return planned
}

/** Writes all files or none: whether each can be written is found out first. */
async function writeAll(root: string, edits: readonly FileEdit[]): Promise<void> {
  for (const { file } of edits) {
    await access(join(root, file), constants.W_OK).catch((cause) => {
      throw stop('path.missing', 'the file cannot be written; nothing was changed', {
        place: { file },
        mend: 'Make it writable.',
        cause,
      })
    })
  }
  await Promise.all(edits.map(({ file, after }) => writeFile(join(root, file), after)))
}

const refusalLine = (
  one: Pick<Wish, 'workload' | 'container' | 'field'> & Partial<Pick<Wish, 'trace'>>,
  reason: string,
): string => {
  const site = one.trace?.site
  const place = site ? `${site.file}:${site.line}:${site.column}: ` : ''
  return `${place}refused: ${workloadLabel(one.workload)} ${fieldLabel(one)}: ${reason}`
}

const diffOf = ({ file, before, after }: FileEdit): string =>
  createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, { context: 3 }).replace(
    /^=+\n/,
    '',
  )

function summary({ edits, done }: PlannedEdits, intents: readonly Intent[], proof: Proof): string {
  const lines = done.map(
    ({ site, to, ...one }) =>
      `${site.file}:${site.line}  ${workloadLabel(one.workload)} ${fieldLabel(one)} = ${to}`,
  )
  const files = edits.map(({ file }) => file).join(', ')
  return `${lines.join('\n')}\nWrote ${files}. Proved by rendering ${plural(proof.sources.length, 'source')}: exactly ${plural(intents.length, 'field')} changed.\n`
}
