import * as z from 'zod'
import { type DailyUsage, unpackDays } from '../model/daily.ts'
import { ExpectedStop, type Problem } from '../model/problem.ts'
import { usageOrigins } from '../model/reading.ts'
import { scalingPolicies } from '../model/scaling-policy.ts'

const kind = 'TortoiseSnapshot'
const version = 1

const utc = (what: string) => z.iso.datetime().describe(`${what}, ISO 8601 in UTC.`)
const count = (what: string) => z.int().min(0).describe(what)
const share = (what: string) => z.number().min(0).max(1).describe(`${what}, 0 to 1.`)
const name = (what: string) => z.string().min(1).describe(what)

const sketchSchema = z
  .array(
    z
      .tuple([z.int().min(0).max(175), z.number().positive()])
      .readonly()
      .describe('Bucket number and weight (samples in the bucket).'),
  )
  .readonly()
  .refine((pairs) => pairs.every(([bucket], at) => at === 0 || bucket > (pairs[at - 1]?.[0] ?? bucket)), {
    error: 'buckets must rise',
  })
  .describe(
    'Exponential histogram: bucket n starts at first × (1.05ⁿ − 1) / 0.05; first is 10 millicores for CPU, 10⁷ bytes for memory.',
  )

const packed = (what: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'must be base64')
    .refine((text) => text.length % 4 === 0, { error: 'must be base64' })
    .describe(what)
const frame = {
  first: z.int().describe('Time of the first slot, in seconds since 1970, UTC.'),
  step: z.int().positive().describe('Seconds from slot to slot.'),
}
const levelsSchema = (what: string) =>
  z
    .object({
      ...frame,
      packed: packed('A byte a slot: 0 for no sample, else the bucket and one, in base64.'),
    })
    .readonly()
    .describe(what)
const days = z.array(z.int().min(0)).readonly().describe('Days since 1970-01-01, UTC, rising.')
const dailySchema = z
  .object({
    days,
    peaks: z.array(z.number().min(0)).readonly().describe('The highest sample of each day.'),
    samples: z.array(z.int().min(0)).readonly().describe('Samples of each day.'),
    sketches: packed(
      'A sketch a day: number of buckets (one byte), then bucket (one byte) and weight (four bytes, lowest first) of each, in base64.',
    ),
  })
  .readonly()
  .refine(isDaily, { error: 'the days do not fit each other' })
  .describe('The same samples day by day.')

function isDaily(daily: DailyUsage): boolean {
  const { days, peaks, samples } = daily
  try {
    return (
      days.length === peaks.length &&
      days.length === samples.length &&
      unpackDays(daily).length === days.length
    )
  } catch {
    return false
  }
}

const usageSchema = (unit: string) =>
  z
    .object({
      sketch: sketchSchema,
      peak: z.number().min(0).describe(`The highest sample, exact, in ${unit}.`),
      samples: count('Number of samples, over all pods.'),
      daily: dailySchema.exactOptional(),
      highest: levelsSchema('The busiest pod of each slot.').exactOptional(),
      total: levelsSchema(
        'All pods of each slot together; left out where it is the same as highest.',
      ).exactOptional(),
    })
    .readonly()
    .describe(`Usage over all pods and the whole window, in ${unit}.`)

const containerSchema = z
  .object({
    container: name('Name of the container.'),
    cpu: usageSchema('millicores').exactOptional(),
    memory: usageSchema('bytes').exactOptional(),
    oomKills: count('How often a container of this name was killed for want of memory.'),
    oomTimes: z
      .array(z.number())
      .readonly()
      .describe('When it was killed, in seconds since 1970, UTC.')
      .exactOptional(),
    throttledShare: share('Share of CFS periods in which the container was held back').exactOptional(),
    throttling: z
      .array(
        z
          .object({
            day: z.int().describe('Days since 1970-01-01, UTC.'),
            periods: z.number().min(0).describe('CFS periods.'),
            throttled: z.number().min(0).describe('Periods in which the container was held back.'),
          })
          .readonly(),
      )
      .readonly()
      .describe('The same by day.')
      .exactOptional(),
  })
  .readonly()
  .describe('One container of the workload.')

const replicasSchema = z
  .object({
    min: z.number().min(0).describe('Fewest pods at a time.'),
    max: z.number().min(0).describe('Most pods at a time.'),
    mean: z.number().min(0).describe('Pods on average, over the time that any ran.'),
    series: z
      .object({
        ...frame,
        packed: packed('Two bytes a slot, lowest first: 0 for no sample, else pods and one, in base64.'),
      })
      .readonly()
      .describe('Pods by slot; left out where the count never moved.')
      .exactOptional(),
  })
  .readonly()
  .describe('How many pods ran.')

const policySchema = z
  .object({
    container: name('Name of the container; absent for all.').exactOptional(),
    resource: z.enum(['cpu', 'memory']).describe('What is scaled.'),
    policy: z.enum(scalingPolicies).describe('How it is scaled.').exactOptional(),
    minimum: z.number().min(0).describe('Least of a request, in millicores or bytes.').exactOptional(),
    maximum: z.number().min(0).describe('Most of a request, in millicores or bytes.').exactOptional(),
    said: name('Which object says so.'),
  })
  .readonly()
  .describe('How one resource may be scaled.')

const observationSchema = z
  .object({
    cluster: name('Name of the cluster in settings.'),
    workload: z
      .object({
        apiVersion: name('API version of the controller, `apps/v1` for example.'),
        kind: name('Kind of the controller.'),
        namespace: name('Namespace of the controller.'),
        name: name('Name of the controller.'),
      })
      .readonly()
      .describe('The controller that was observed.'),
    origin: z
      .enum(usageOrigins)
      .describe('What told of its usage; absent where nothing did.')
      .exactOptional(),
    window: z
      .object({ from: utc('Start'), to: utc('End') })
      .readonly()
      .describe('The time that was looked at.'),
    days: z.number().min(0).describe('Days between the first and the last sample seen.'),
    coverage: share("Share of the window's sample slots that hold at least one sample"),
    containers: z.array(containerSchema).readonly().describe('Usage by container.'),
    replicas: replicasSchema.exactOptional(),
    unhealthy: z
      .string()
      .describe(
        'Why the workload must be left alone (crash loop, rollout under way, not ready); absent when it fares well.',
      )
      .exactOptional(),
    policies: z
      .array(policySchema)
      .readonly()
      .describe('What Tortoise objects in the cluster say of it.')
      .exactOptional(),
  })
  .readonly()
  .describe('What was seen of one workload.')

const costSchema = z
  .object({
    queries: count('Queries.'),
    series: count('Series of all answers.'),
    samples: count('Points of all series.'),
    seconds: z.number().min(0).describe('Seconds of answers, those that ran side by side added up.'),
    bytes: count('Bytes of all answers.'),
  })
  .readonly()
  .describe('What answers took.')

const readingSchema = z
  .object({
    cluster: name('Name of the cluster in settings.'),
    origin: z.enum(usageOrigins).describe('The source of usage.'),
    workloads: count('Workloads whose usage it gave.'),
    dialect: z.string().describe('How it records.').exactOptional(),
    cost: costSchema.exactOptional(),
  })
  .readonly()
  .describe('One source of usage that was read.')

/** A recorded reading of clusters, for use without them. */
const snapshotSchema = z
  .object({
    kind: z.literal(kind).describe('Says that the file is a snapshot.'),
    version: z.literal(version).describe('Version of the format.'),
    recordedAt: utc('When it was recorded'),
    readings: z
      .array(readingSchema)
      .readonly()
      .describe('Where usage was read from, and what that took.')
      .exactOptional(),
    observations: z.array(observationSchema).readonly().describe('What was seen, one entry a workload.'),
  })
  .readonly()
  .describe('Usage of workloads as recorded by `tortoise snapshot`.')
export type Snapshot = z.infer<typeof snapshotSchema>

/** The JSON Schema of a snapshot file. */
export const snapshotJsonSchema = () =>
  z.toJSONSchema(snapshotSchema, {
    // zod writes its `readonly` of types as `readOnly` of values, which means something else to readers of the schema.
    override: ({ jsonSchema }) => {
      delete jsonSchema.readOnly
    },
  })

/** Reads a snapshot file. Throws an ExpectedStop with every `snapshot.invalid` problem. */
export function parseSnapshot(file: string, text: string): Snapshot {
  const value = parseJson(file, text)
  const header = headerSchema.safeParse(value).data
  if (header?.kind !== kind) {
    throw invalid(file, [`this is not a snapshot: kind is ${shown(header?.kind)}, not ${kind}`])
  }
  if (header.version !== version) {
    throw invalid(file, [
      `snapshots of version ${shown(header.version)} are not read here, only version ${version}`,
    ])
  }
  const { data, error } = snapshotSchema.safeParse(value)
  if (data !== undefined) return data
  throw invalid(
    file,
    error.issues.map(({ path, message }) => `${printPath(path)}: ${message}`),
  )
}

const headerSchema = z.object({ kind: z.unknown(), version: z.unknown() }).partial()
const shown = (value: unknown): string =>
  value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60)

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    const position = Number(/position (\d+)/.exec(reason)?.[1] ?? 0)
    const cut = /end of JSON|Unterminated/.test(reason) || position >= text.trimEnd().length
    throw invalid(file, [
      text.trim() === '' ? 'the file is empty' : cut ? 'the file ends early' : 'this is not JSON',
    ])
  }
}

function invalid(file: string, messages: readonly string[]): ExpectedStop {
  return new ExpectedStop(
    messages.map(
      (message): Problem => ({
        code: 'snapshot.invalid',
        message,
        place: { file },
        hint: 'Record one with `tortoise snapshot --out FILE`.',
      }),
    ),
  )
}

const printPath = (path: readonly PropertyKey[]): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')

/** Prints a snapshot with one observation a line, so that two recordings can be compared line by line. */
export const printSnapshot = (snapshot: Snapshot): string => [...snapshotLines(snapshot)].join('')

/** The same, line by line: a fleet's snapshot need not be held as one text. */
export function* snapshotLines({ recordedAt, readings, observations }: Snapshot): Generator<string> {
  const head = JSON.stringify({ kind, version, recordedAt, readings }).slice(0, -1)
  yield `${head},"observations":[${observations.length === 0 ? '' : '\n'}`
  const last = observations.length - 1
  for (const [at, one] of observations.entries())
    yield `${JSON.stringify(observationSchema.parse(one))}${at === last ? '\n' : ',\n'}`
  yield ']}\n'
}
