import { createTwoFilesPatch } from 'diff'
import type { FileEdit } from '../model/edit.ts'
import { fieldLabel } from '../model/field.ts'
import { plural } from '../model/plural.ts'
import type { Proposal, Skipped } from '../model/proposal.ts'
import { type Terminal, terminal, terminalLines } from '../model/text/terminal.ts'
import { workloadLabel } from '../model/workload.ts'

/** Edits as a unified diff. The name of a file stays on its line. */
export const diffsOf = (edits: readonly FileEdit[]): Terminal =>
  terminal.join(
    edits.map(({ file, before, after }) => {
      const patch = createTwoFilesPatch('a', 'b', before, after, undefined, undefined, { context: 3 })
      const [, hunks = ''] = /^=+\n.*\n.*\n([\s\S]*)$/.exec(patch) ?? []
      return terminal`--- a/${file}\n+++ b/${file}\n${terminalLines(hunks)}`
    }),
    '',
  )

/** The refused changes, one line each: place, field and reason. */
export const refusals = (skipped: readonly Skipped[]): Terminal =>
  terminal.join(
    skipped.map(({ place, workload, field = '', reason }) => {
      const head = place === undefined ? '' : `${place}: `
      return `${head}refused: ${workload} ${field}: ${reason}`
    }),
    '\n',
  )

/** The written values and files, and the proof. */
export function setSummary({ changes, edits, proof }: Proposal): Terminal {
  const lines = changes.map(
    ({ site, to, ...one }) =>
      `${site.file}:${site.line}  ${workloadLabel(one.workload)} ${fieldLabel(one)} = ${to}`,
  )
  const files = edits.map(({ file }) => file).join(', ')
  const proved = `Proved by rendering ${plural(proof.sources.length, 'source')}: exactly ${plural(proof.moved.length, 'field')} changed.`
  return terminal`${terminal.join(lines, '\n')}\nWrote ${files}. ${proved}\n`
}
