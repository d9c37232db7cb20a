import { z } from 'zod'
import type { Source } from '../../model/source.ts'

/** The format of `discover -o json`. */
export const sourcesSchema = z
  .array(
    z.object({
      kind: z
        .string()
        .describe('kustomize, helm, plain, or release for a source that an object in Git declares.'),
      id: z.string().describe('Name of the source in reports.'),
      path: z.string().describe('Directory or file, from the root of the repository.'),
      cluster: z.string().optional().describe('The cluster whose `paths` in settings contain it.'),
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
        .describe('The object in Git that deploys it.'),
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
    ...(source.release === undefined ? {} : { release: source.release }),
    ...(source.values === undefined ? {} : { values: source.values }),
    ...(source.declaredBy === undefined ? {} : { declaredBy: source.declaredBy }),
  }))
