import { oneLine, unlinked } from '../../model/escape-markdown.ts'
import type { FieldAddress } from '../../model/field.ts'
import { fieldLabel } from '../../model/field.ts'
import { plural } from '../../model/plural.ts'
import type { Proposal, ProposedChange } from '../../model/proposal.ts'
import { workloadKey, workloadLabel } from '../../model/workload.ts'
import { fingerprint } from './fingerprint.ts'

const subjectLimit = 72

/** One word of a trailer: blanks and what a forge would link are percent-encoded, `-` for nothing. */
const word = (text: string): string => oneLine(text).replace(/[\s%@#[]/g, encodeURIComponent) || '-'

function subject(changes: readonly ProposedChange[]): string {
  const labels = new Map(
    changes.map(({ cluster, workload }) => [
      `${cluster ?? ''}/${workloadKey(workload)}`,
      workloadLabel({ kind: word(workload.kind), name: word(workload.name) }),
    ]),
  )
  const [only] = labels.values()
  const named = `perf(resources): right-size ${only}`
  return labels.size === 1 && named.length <= subjectLimit
    ? named
    : `perf(resources): right-size ${plural(labels.size, 'workload')}`
}

function bodyLine({ cluster, workload, container, field, from, to, because }: ProposedChange): string {
  const name = workloadLabel({ kind: word(workload.kind), name: word(workload.name) })
  const label = cluster === undefined ? name : `${word(cluster)}: ${name}`
  const what = container === undefined ? field : fieldLabel({ container: word(container), field })
  const values = `${unlinked(from) || 'unset'} → ${unlinked(to)}`
  const reasons = because.map((reason) => unlinked(reason.text)).filter((text) => text !== '')
  return `${label} ${what}: ${values}${reasons.length === 0 ? '' : ` (${reasons.join('; ')})`}`
}

/** `[cluster/]namespace/Kind/name container field`, as one trailer says it. */
export function changeWords({
  cluster,
  workload,
  container,
  field,
}: FieldAddress & { readonly cluster?: string }): string {
  const { namespace, kind, name } = workload
  const address = [...(cluster === undefined ? [] : [cluster]), namespace, kind, name]
    .map((part) => word(part).replaceAll('/', '%2F'))
    .join('/')
  return [address, word(container ?? ''), word(field)].join(' ')
}

const changeTrailer = (change: ProposedChange): string => {
  const rules = change.because.map(({ rule }) => word(rule)).join(',') || '-'
  const values = `${word(change.from)} ${word(change.to)}`
  return `Tortoise-Change: ${changeWords(change)} ${values} ${rules} ${word(change.site.file)}`
}

/** What a commit of ours stands on, and the tree that it holds. */
export interface Footing {
  readonly base: string
  readonly tree: string
}

const evidence = (changes: readonly ProposedChange[]): string =>
  fingerprint(JSON.stringify(changes.map((change) => [changeWords(change), change.because])))

/**
 * The commit message of a proposal: a conventional subject, one line a change, then trailers.
 * `Tortoise-Change: [cluster/]namespace/Kind/name container field from to rules file` (`-` for none), `Tortoise-Proof`,
 * `Tortoise-Evidence` (a fingerprint of the reasons), and `Tortoise-Base` and `Tortoise-Tree` with the ids of parent and
 * tree, by which we know our own commit again, whoever is said to have made it.
 */
export const commitMessage = ({ changes, proof }: Proposal, { base, tree }: Footing): string =>
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
  new RegExp(`^${name}: ([0-9a-f]{40})$`, 'm').exec(message.trimEnd().split('\n\n').at(-1) ?? '')?.[1]

/** The commit that one of our messages says it stands on; `undefined` for a message that is not ours. */
export const statedBase = (message: string): string | undefined => trailer(message, 'Tortoise-Base')

/** The tree that one of our messages says its commit holds; `undefined` for a message that is not ours. */
export const statedTree = (message: string): string | undefined => trailer(message, 'Tortoise-Tree')
