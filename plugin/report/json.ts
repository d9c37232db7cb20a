import { z } from 'zod'
import type { FileEdit } from '../model/edit.ts'
import type { Outcome } from '../model/plan.ts'
import type { Proof } from '../model/proof.ts'
import type { Proposal, Skipped } from '../model/proposal.ts'
import type { Site, Trace } from '../model/site.ts'
import type { Source } from '../model/source.ts'
import { planBacktestSchema } from './plan-backtest.ts'
import { usageSchema } from './usage.ts'

const workload = z
  .object({ apiVersion: z.string(), kind: z.string(), namespace: z.string(), name: z.string() })
  .describe('A controller object.')
const field = z.string().describe('`requests.cpu`, `hpa.target.cpu`, `env.GOMAXPROCS` …')
const container = z
  .string()
  .optional()
  .describe('Absent for autoscaler fields, unless the metric names its container.')
const reasons = z
  .array(z.object({ rule: z.string(), text: z.string() }))
  .describe('The rules that had a say, in order.')
const address = { source: z.string(), cluster: z.string().optional(), workload, container, field }

const site = z
  .object({
    kind: z
      .enum(['scalar', 'insert', 'patch'])
      .describe('A scalar that stands there, a key to create, or a patch to add.'),
    file: z.string().describe('Relative to the root of the repository.'),
    line: z.number().int(),
    column: z.number().int(),
    document: z.number().int().describe('Position of the document in its file.'),
    path: z
      .array(z.union([z.string(), z.number()]))
      .describe('Keys and positions; `|` steps into a block of text that is YAML.'),
    range: z
      .array(z.number().int())
      .optional()
      .describe('Start and end of the scalar, in UTF-16 units of the file.'),
    text: z.string().optional().describe('The characters in that range.'),
  })
  .describe('A place in Git.')

const pullAction = z
  .enum(['opened', 'reopened', 'updated', 'unchanged', 'closed', 'queued', 'blocked'])
  .describe('`queued` waits for room; `blocked`: a commit of a person stands on its branch.')

/** The format of `plan -o json` and of the report file of a run. */
export const reportSchema = z
  .object({
    kind: z.literal('TortoiseReport'),
    version: z.literal(1),
    changes: z
      .array(z.object({ ...address, from: z.string(), to: z.string(), because: reasons, site }))
      .describe('Values that a commit moves, as printed in the file.'),
    recommendations: z
      .array(
        z.object({
          ...address,
          verdict: z.enum(['change', 'keep', 'unsure']),
          from: z.number().optional().describe('Millicores, bytes or a count.'),
          to: z.number().optional().describe('Millicores, bytes or a count.'),
          because: reasons.optional(),
          missing: z.string().optional().describe('What is not known.'),
          together: z
            .string()
            .optional()
            .describe('Changes of a workload with the same word move together or not at all.'),
        }),
      )
      .describe('What is advised for every field.'),
    usage: usageSchema.optional(),
    backtest: planBacktestSchema.nullable(),
    replicaSlots: z
      .array(
        z.object({
          source: z.string(),
          cluster: z.string().optional(),
          workload,
          slots: z.array(
            z.object({
              weekday: z.number().int().optional().describe('0 is Sunday; absent for every day.'),
              from: z.number().int().describe('First hour.'),
              to: z.number().int().describe('The hour after the last.'),
              minimum: z.number().int(),
              maximum: z.number().int(),
              timeZone: z.string().optional().describe('Time zone of the hours; UTC where absent.'),
            }),
          ),
        }),
      )
      .describe(
        'Replica bounds by hour of the week (setting `recommend.replicaSlots`), for schedulers such as KEDA.',
      ),
    skipped: z.array(
      z.object({
        source: z.string().optional(),
        workload: z.string(),
        field: z.string().optional(),
        place: z.string().optional().describe('`file:line:column` of what decides the field.'),
        reason: z.string(),
      }),
    ),
    proof: z
      .object({
        verdict: z.enum(['proved', 'refuted']),
        sources: z.array(z.string()),
        fields: z.number().int(),
      })
      .nullable()
      .describe('The sources rendered before and after, and how many fields differ.'),
    delivery: z
      .object({
        mode: z.enum(['report', 'commit', 'pull-request']),
        created: z.boolean(),
        branch: z.string().optional(),
        commit: z.string().optional(),
        pushedTo: z.string().optional(),
        pullRequest: z
          .object({
            number: z.number().int(),
            url: z.string(),
            action: pullAction,
          })
          .optional()
          .describe('The first pull request that was looked after.'),
        direct: z
          .object({
            mode: z.literal('commit'),
            created: z.boolean(),
            branch: z.string().optional(),
            commit: z.string().optional(),
          })
          .optional()
          .describe('The commit on the base itself that rules asked for.'),
        pulls: z
          .array(
            z.object({
              scope: z.string().describe('What shares it: cluster and owners, for example.'),
              branch: z.string(),
              action: pullAction,
              number: z.number().int().optional(),
              url: z.string().optional(),
              commit: z.string().optional(),
              reason: z.string().optional(),
              merging: z.enum(['armed', 'queued', 'merged', 'refused']).optional(),
            }),
          )
          .optional()
          .describe('Every pull request that was looked after.'),
      })
      .nullable(),
  })
  .describe('One pass of GitOps Tortoise.')

/** The format of `trace -o json`. */
export const traceSchema = z
  .array(
    z.object({
      workload,
      container,
      field,
      source: z.string(),
      value: z.string().describe('As rendered.'),
      autoscaler: workload.optional().describe('The autoscaler object that holds an `hpa.*` field.'),
      site: site.nullable().describe('What decides the value today.'),
      reach: z
        .object({ sources: z.array(z.string()), containers: z.number().int() })
        .describe('What an edit of the site moves.'),
      leaf: site.nullable().describe('Where an override for this source alone would go.'),
      chosen: z.enum(['site', 'leaf']).nullable(),
      reason: z.string().optional(),
      considered: z
        .array(
          z.object({
            file: z.string(),
            line: z.number().int(),
            column: z.number().int(),
            text: z.string(),
            why: z.string(),
          }),
        )
        .optional()
        .describe('Scalars at the same keys in layers that lose.'),
      sharedWith: z
        .array(z.object({ source: z.string(), workload, container, field }))
        .describe('Other fields that the site decides.'),
    }),
  )
  .describe('Every literal field of a source and the place in Git that decides it.')

/** The format of `set -o json`. */
export const setSchema = z
  .object({
    kind: z.literal('TortoiseSet'),
    version: z.literal(1),
    changes: z
      .array(
        z.object({ source: z.string(), workload, container, field, from: z.string(), to: z.string(), site }),
      )
      .describe('Values that are proved. They are written unless something was refused or it is a dry run.'),
    refused: z.array(
      z.object({
        source: z.string().optional(),
        workload: z.string(),
        field: z.string().optional(),
        place: z.string().optional(),
        reason: z.string(),
      }),
    ),
    settled: z.number().int().describe('How many values stood already.'),
    files: z.array(z.string()).describe('Files with edits to write.'),
    proof: z
      .object({
        verdict: z.enum(['proved', 'refuted']),
        sources: z.array(z.string()),
        fields: z.number().int(),
      })
      .nullable(),
  })
  .describe('Values set by hand or by a program.')

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

const proofJson = ({ verdict, sources, moved }: Proof): object => ({
  verdict,
  sources,
  fields: moved.length,
})

/** The format of `discover -o json`. */
export const sourcesSchema = z
  .array(
    z.object({
      kind: z.enum(['kustomize', 'helm', 'plain', 'release']),
      id: z.string().describe('As reports call it.'),
      path: z.string().describe('Directory or file, from the root of the repository.'),
      cluster: z.string().optional().describe('The cluster whose `paths` in settings hold it.'),
      namespace: z.string().optional(),
      release: z.string().optional().describe('Helm release name.'),
      values: z.array(z.string()).optional().describe('Values files, weakest first.'),
      declaredBy: z
        .object({
          kind: z.string(),
          name: z.string(),
          namespace: z.string(),
          generated: z.string().optional().describe('The Application that an ApplicationSet generates.'),
        })
        .optional()
        .describe('The object in Git that describes the roll-out.'),
    }),
  )
  .describe('Everything that can be rendered in a repository.')

/** Sources in the format of `sourcesSchema`. */
export const jsonSources = (sources: readonly Source[]): readonly object[] =>
  sources.map((source) => ({
    kind: source.kind,
    id: source.id,
    path: source.path,
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
    ...(source.namespace === undefined ? {} : { namespace: source.namespace }),
    ...(source.kind === 'helm' ? { release: source.release, values: source.values } : {}),
    ...(source.kind === 'release' ? { declaredBy: source.object } : {}),
  }))

/** A pass as JSON, in the format of `reportSchema`. */
export function jsonReport({ plan, delivery }: Outcome): object {
  const proof = plan.proposal?.proof
  return {
    kind: 'TortoiseReport',
    version: 1,
    changes: (plan.proposal?.changes ?? []).map((change) => ({ ...change, site: siteJson(change.site) })),
    recommendations: plan.recommendations,
    ...(plan.usage && { usage: plan.usage }),
    backtest: plan.backtest ?? null,
    replicaSlots: plan.slots ?? [],
    skipped: plan.skipped,
    proof: proof === undefined ? null : proofJson(proof),
    delivery: delivery ?? null,
  }
}

/** Traces as JSON, in the format of `traceSchema`. */
export const jsonTraces = (traces: readonly Trace[]): readonly object[] =>
  traces.map((trace) => ({
    ...trace,
    site: trace.site && siteJson(trace.site),
    leaf: trace.leaf && siteJson(trace.leaf),
  }))

function siteJson({ kind, file, line, column, document, path, ...rest }: Site): object {
  return {
    kind,
    file,
    line,
    column,
    document,
    path,
    ...('range' in rest ? { range: rest.range, text: rest.text } : {}),
  }
}
