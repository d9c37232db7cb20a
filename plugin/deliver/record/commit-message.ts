import type { FieldAddress } from '../../model/field.ts'
import { fieldLabel } from '../../model/field.ts'
import { fingerprint } from '../../model/fingerprint.ts'
import { isTakenBack } from '../../model/health.ts'
import { plural } from '../../model/plural.ts'
import type { Proposal, ProposedChange } from '../../model/proposal.ts'
import { encodedWords, encodeWord, type Inert, inert } from '../../model/text/inert.ts'
import { workloadKey, workloadLabel } from '../../model/workload.ts'
import type { StoredTree } from '../forges/forge.ts'

const subjectLimit = 72

/** The beginning of a subject: what the changes are for. */
function kindOf(changes: readonly ProposedChange[], isEmergency: boolean): string {
  if (isEmergency) return 'fix(resources): emergency for'
  const isAll = (rule: string): boolean =>
    changes.every(({ because }) => because.some((one) => one.rule === rule))
  if (isAll('emergency.over')) return 'fix(resources): end of emergency for'
  return changes.every(isTakenBack) ? 'fix(resources): take back' : 'perf(resources): right-size'
}

function subject({ changes, emergency }: Proposal): Inert {
  const labels = new Map(
    changes.map(({ cluster, workload }) => [
      `${cluster ?? ''}/${workloadKey(workload)}`,
      workloadLabel({ kind: encodeWord(workload.kind), name: encodeWord(workload.name) }),
    ]),
  )
  const [only] = labels.values()
  const kind = kindOf(changes, emergency !== undefined)
  const named = inert`${kind} ${only ?? ''}`
  return labels.size === 1 && named.length <= subjectLimit
    ? named
    : inert`${kind} ${plural(labels.size, 'workload')}`
}

function bodyLine({ cluster, workload, container, field, from, to, because }: ProposedChange): Inert {
  const name = workloadLabel({ kind: encodeWord(workload.kind), name: encodeWord(workload.name) })
  const label = cluster === undefined ? name : `${encodeWord(cluster)}: ${name}`
  const what = container === undefined ? field : fieldLabel({ container: encodeWord(container), field })
  const reasons = because.map(({ text }) => text).filter((text) => text.trim() !== '')
  const why = reasons.length === 0 ? '' : inert` (${inert.join(reasons, ' ')})`
  return inert`${label} ${what}: ${from || 'unset'} → ${to}${why}`
}

/** Returns the key of a change in trailers and hidden blocks: `[cluster/]namespace/Kind/name container field`. */
export function changeKey({
  cluster,
  workload,
  container,
  field,
}: FieldAddress & { readonly cluster?: string }): string {
  const { namespace, kind, name } = workload
  const address = [...(cluster === undefined ? [] : [cluster]), namespace, kind, name]
    .map((part) => encodeWord(part).replaceAll('/', '%2F'))
    .join('/')
  return [address, encodeWord(container ?? ''), encodeWord(field)].join(' ')
}

const changeTrailer = (change: ProposedChange): Inert => {
  const rules = change.because.map(({ rule }) => encodeWord(rule)).join(',') || '-'
  const [from, to, file] = [change.from, change.to, change.site.file].map(encodeWord)
  return inert`Tortoise-Change: ${encodedWords(`${changeKey(change)} ${from} ${to} ${rules} ${file}`)}`
}

const evidence = (changes: readonly ProposedChange[]): string =>
  fingerprint(JSON.stringify(changes.map((change) => [changeKey(change), change.because])))

/**
 * Returns the commit message of a proposal: a conventional subject, one line for each change, then trailers.
 * `Tortoise-Change: [cluster/]namespace/Kind/name container field from to rules file` (`-` for none), `Tortoise-Proof`,
 * `Tortoise-Emergency: until` a time for one that begins an emergency, `Tortoise-Evidence` (a fingerprint of the reasons), `Tortoise-Base` and `Tortoise-Tree` (the ids of parent and tree). By
 * the last two Tortoise recognises its own commits, whoever their author is.
 */
export const commitMessage = (proposal: Proposal, { base, tree }: StoredTree): Inert => {
  const { changes, proof, emergency } = proposal
  return inert.join(
    [
      subject(proposal),
      '',
      ...(emergency?.reason === undefined ? [] : [inert`Reason: ${emergency.reason}`, '']),
      ...changes.map(bodyLine),
      ...(emergency?.notRaised ?? []).map((text) => inert`Not raised: ${text}`),
      '',
      ...changes.map(changeTrailer),
      ...(emergency === undefined ? [] : [`Tortoise-Emergency: until ${emergency.until}`]),
      `Tortoise-Proof: ${proof.verdict} (${plural(proof.sources.length, 'source')})`,
      `Tortoise-Evidence: ${evidence(changes)}`,
      `Tortoise-Base: ${base}`,
      `Tortoise-Tree: ${tree}`,
      '',
    ],
    '\n',
  )
}

const trailer = (message: string, name: string): string | undefined =>
  // biome-ignore lint/plugin: the names of trailers are constants
  new RegExp(`^${name}: ([0-9a-f]{40})$`, 'm').exec(message.trimEnd().split('\n\n').at(-1) ?? '')?.[1]

/** Returns the parent that a message of Tortoise states; `undefined` for any other message. */
export const statedBase = (message: string): string | undefined => trailer(message, 'Tortoise-Base')

/** Returns the tree that a message of Tortoise states; `undefined` for any other message. */
export const statedTree = (message: string): string | undefined => trailer(message, 'Tortoise-Tree')
