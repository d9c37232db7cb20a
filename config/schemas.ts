import { z } from 'zod'
import { overlayJsonSchema } from '../plugin/edit/overlay-file.ts'
import { snapshotJsonSchema } from '../plugin/observe/snapshot.ts'
import { reportSchema, traceSchema } from '../plugin/report/json.ts'
import { settingsJsonSchema } from './schema.ts'

/** Every published JSON Schema, by the name of its file. */
export const schemas: Readonly<Record<string, object>> = {
  tortoise: settingsJsonSchema(),
  snapshot: snapshotJsonSchema(),
  overlay: overlayJsonSchema(),
  report: z.toJSONSchema(reportSchema),
  trace: z.toJSONSchema(traceSchema),
}
