import { oneLine, unlinked } from '../../model/escape-markdown.ts'
import type { FieldAddress } from '../../model/field.ts'
import { fieldLabel } from '../../model/field.ts'
import { plural } from '../../model/plural.ts'
import type { Proposal, ProposedChange } from '../../model/proposal.ts'
import { workloadKey, workloadLabel } from '../../model/workload.ts'
import type { StoredTree } from '../forges/forge.ts'
import { fingerprint } from './fingerprint.ts'

const subjectLimit = 72

/** One word of a trailer: white space and characters that a forge would link are percent-encoded; `-` for no text. */
const encodeWord = (text: string): string => oneLine(text).replace(/[\s%@#[]/g, encodeURIComponent) || '-'

function subject(changes: readonly ProposedChange[]): string {
  const labels = new Map(
    changes.map(({ cluster, workload }) => [
      `${cluster ?? ''}/${workloadKey(workload)}`,
      workloadLabel({ kind: encodeWord(workload.kind), name: encodeWord(workload.name) }),
    ]),
  )
  const [only] = labels.values()
  const named = `perf(resources): right-size ${only}`
  return labels.size === 1 && named.length <= subjectLimit
    ? named
    : `perf(resources): right-size ${plural(labels.size, 'workload')}`
}

function bodyLine({ cluster, workload, container, field, from, to, because }: ProposedChange): string {
  const name = workloadLabel({ kind: encodeWord(workload.kind), name: encodeWord(workload.name) })
  const label = cluster === undefined ? name : `${encodeWord(cluster)}: ${name}`
  const what = container === undefined ? field : fieldLabel({ container: encodeWord(container), field })
  const values = `${unlinked(from) || 'unset'} → ${unlinked(to)}`
  const reasons = because.map((reason) => unlinked(reason.text)).filter((text) => text !== '')
  return `${label} ${what}: ${values}${reasons.length === 0 ? '' : ` (${reasons.join(' ')})`}`
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

const changeTrailer = (change: ProposedChange): string => {
  const rules = change.because.map(({ rule }) => encodeWord(rule)).join(',') || '-'
  const values = `${encodeWord(change.from)} ${encodeWord(change.to)}`
  return `Tortoise-Change: ${changeKey(change)} ${values} ${rules} ${encodeWord(change.site.file)}`
}

const evidence = (changes: readonly ProposedChange[]): string =>
  fingerprint(JSON.stringify(changes.map((change) => [changeKey(change), change.because])))

/**
 * Returns the commit message of a proposal: a conventional subject, one line for each change, then trailers.
 * `Tortoise-Change: [cluster/]namespace/Kind/name container field from to rules file` (`-` for none), `Tortoise-Proof`,
 * `Tortoise-Evidence` (a fingerprint of the reasons), `Tortoise-Base` and `Tortoise-Tree` (the ids of parent and tree). By
 * the last two Tortoise recognises its own commits, whoever their author is.
 */
export const commitMessage = ({ changes, proof }: Proposal, { base, tree }: StoredTree): string =>
  [
    subject(changes),
    '',
    ...changes.map(bodyLine),
    '',
    ...changes.map(changeTrailer),
    `Tortoise-Proof: ${proof.verdict} (${plural(proof.sources.length, 'source')})`,
    `Tortoise-Evidence: ${evidence(changes)}`,
    `Tortoise-Base: ${base}`,
    `Tortoise-Tree: ${tree}`,
    '',
  ].join('\n')

const trailer = (message: string, name: string): string | undefined =>
  // biome-ignore lint/plugin: the names of trailers are constants
  new RegExp(`^${name}: ([0-9a-f]{40})$`, 'm').exec(message.trimEnd().split('\n\n').at(-1) ?? '')?.[1]

/** Returns the parent that a message of Tortoise states; `undefined` for any other message. */
export const statedBase = (message: string): string | undefined => trailer(message, 'Tortoise-Base')

/** Returns the tree that a message of Tortoise states; `undefined` for any other message. */
export const statedTree = (message: string): string | undefined => trailer(message, 'Tortoise-Tree')
