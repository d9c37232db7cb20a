import { z } from 'zod'
import { overlayJsonSchema } from '../plugin/edit/overlay-file.ts'
import { snapshotJsonSchema } from '../plugin/observe/snapshot-schema.ts'
import { backtestSchema } from '../plugin/report/backtest.ts'
import { digestSchema } from '../plugin/report/digest/schema.ts'
import { emergenciesSchema } from '../plugin/report/emergencies.ts'
import { doctorSchema } from '../plugin/report/json/doctor.ts'
import { fleetSchema } from '../plugin/report/json/fleet.ts'
import { reportSchema } from '../plugin/report/json/report.ts'
import { repositoriesSchema } from '../plugin/report/json/repositories.ts'
import { setSchema } from '../plugin/report/json/set.ts'
import { sourcesSchema } from '../plugin/report/json/sources.ts'
import { traceSchema } from '../plugin/report/json/trace.ts'
import { historySchema } from '../plugin/report/value-history.ts'
import { changesSchema } from './changes.ts'
import { operatorJsonSchema } from './operator.ts'
import { settingsJsonSchema } from './schema.ts'

/** All published JSON Schemas, by the names of their files. */
export const schemas: Readonly<Record<string, object>> = {
  tortoise: settingsJsonSchema(),
  operator: operatorJsonSchema(),
  snapshot: snapshotJsonSchema(),
  overlay: overlayJsonSchema(),
  report: z.toJSONSchema(reportSchema),
  fleet: z.toJSONSchema(fleetSchema, { reused: 'ref' }),
  repositories: z.toJSONSchema(repositoriesSchema, { reused: 'ref' }),
  doctor: z.toJSONSchema(doctorSchema),
  history: z.toJSONSchema(historySchema),
  backtest: z.toJSONSchema(backtestSchema),
  trace: z.toJSONSchema(traceSchema),
  set: z.toJSONSchema(setSchema),
  emergencies: z.toJSONSchema(emergenciesSchema),
  changes: z.toJSONSchema(changesSchema),
  sources: z.toJSONSchema(sourcesSchema),
  digest: z.toJSONSchema(digestSchema),
}
