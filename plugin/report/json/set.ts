import { z } from 'zod'
import type { FileEdit } from '../../model/edit.ts'
import type { Proposal, Skipped } from '../../model/proposal.ts'
import { container, field, proofJson, site, siteJson, workload } from './words.ts'

/** The format of `set -o json`. */
export const setSchema = z
  .object({
    kind: z.literal('TortoiseSet'),
    version: z.literal(1),
    changes: z
      .array(
        z.object({ source: z.string(), workload, container, field, from: z.string(), to: z.string(), site }),
      )
      .describe('Proved changes. They are written, except in a dry run or when a change was refused.'),
    refused: z.array(
      z.object({
        source: z.string().optional(),
        workload: z.string(),
        field: z.string().optional(),
        place: z.string().optional(),
        reason: z.string(),
      }),
    ),
    settled: z.number().int().describe('How many values were set already.'),
    files: z.array(z.string()).describe('Files with edits to write.'),
    proof: z
      .object({
        verdict: z.enum(['proved', 'refuted']),
        sources: z.array(z.string()),
        fields: z.number().int(),
      })
      .nullable(),
  })
  .describe('The result of `tortoise set`.')

/** Values set, in the format of `setSchema`. */
export function jsonSet(
  { proposal, skipped, settled }: { proposal?: Proposal; skipped: readonly Skipped[]; settled: number },
  edits: readonly FileEdit[],
): object {
  return {
    kind: 'TortoiseSet',
    version: 1,
    changes: (proposal?.changes ?? []).map(({ because: _, cluster: __, ...change }) => ({
      ...change,
      site: siteJson(change.site),
    })),
    refused: skipped,
    settled,
    files: edits.map(({ file }) => file),
    proof: proposal === undefined ? null : proofJson(proposal.proof),
  }
}
