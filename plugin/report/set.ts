import { createTwoFilesPatch } from 'diff'
import type { FileEdit } from '../model/edit.ts'
import { fieldLabel } from '../model/field.ts'
import { plural } from '../model/plural.ts'
import type { Proposal, Skipped } from '../model/proposal.ts'
import { workloadLabel } from '../model/workload.ts'

/** Edits as a unified diff. */
export const diffsOf = (edits: readonly FileEdit[]): string =>
  edits
    .map(({ file, before, after }) =>
      createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
        context: 3,
      }).replace(/^=+\n/, ''),
    )
    .join('')

/** The refused changes, one line each: place, field and reason. */
export const refusals = (skipped: readonly Skipped[]): string =>
  skipped
    .map(({ place, workload, field = '', reason }) => {
      const head = place === undefined ? '' : `${place}: `
      return `${head}refused: ${workload} ${field}: ${reason}`
    })
    .join('\n')

/** The written values and files, and the proof. */
export function setSummary({ changes, edits, proof }: Proposal): string {
  const lines = changes.map(
    ({ site, to, ...one }) =>
      `${site.file}:${site.line}  ${workloadLabel(one.workload)} ${fieldLabel(one)} = ${to}`,
  )
  const files = edits.map(({ file }) => file).join(', ')
  const proved = `Proved by rendering ${plural(proof.sources.length, 'source')}: exactly ${plural(proof.moved.length, 'field')} changed.`
  return `${lines.join('\n')}\nWrote ${files}. ${proved}\n`
}
