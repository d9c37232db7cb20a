import type { Proposal, ProposedChange } from '../../model/proposal.ts'
import { changeKey } from './commit-message.ts'
import { factsOf } from './file-diff.ts'
import { provedChanges } from './proved-changes.ts'

const enough = 100_000

/**
 * The changes of a proposal that later runs cannot recognise in the commit: its diff does not show that they are of their
 * fields. A size in a template is one, or a value whose key says nothing.
 */
export function unrecognised({ changes, edits }: Proposal): readonly ProposedChange[] {
  const claims = changes.map((change) => {
    const { from, to, site } = change
    return { key: changeKey(change), from, to, rules: [], file: site.file }
  })
  const shown = edits.flatMap(({ file, before, after }) =>
    provedChanges(
      claims.filter((one) => one.file === file),
      { file, before: before === undefined ? undefined : factsOf(before), after: factsOf(after) },
      { left: enough },
    ),
  )
  const known = new Set(shown.map(({ key }) => key))
  return changes.filter((change) => !known.has(changeKey(change)))
}
