import * as z from 'zod'
import type { DayStore } from '../../model/day-store.ts'
import { clusterDirectory, sha256 } from './day-cache.ts'
import type { ProbeResult } from './probe.ts'

/** What determines the result of a probe besides its time. */
interface ProbeKey {
  readonly cluster: string
  readonly [detail: string]: unknown
}

/** Results of probes, kept for runs between the scheduled ones. */
interface KeptProbes {
  /** The result of a probe in the day before a time, in seconds since 1970; `undefined` when none is kept. */
  readonly read: (time: number) => Promise<ProbeResult | undefined>
  /** Keeps the result of a probe that found usage at a time. */
  readonly write: (time: number, probe: ProbeResult) => Promise<void>
}

const daySeconds = 86_400
const version = 1

const labels = z.strictObject({ namespace: z.string(), pod: z.string(), container: z.string() })
const series = z.array(
  z.object({
    labels: z.record(z.string(), z.string()),
    times: z.array(z.number()),
    values: z.array(z.number()),
  }),
)
const keptSchema = z.object({
  version: z.literal(version),
  time: z.number(),
  dialect: z.strictObject({
    name: z.enum(['cadvisor', 'cadvisor-pod-name', 'gke-system', 'rules']),
    usage: labels,
    state: labels,
    level: z.enum(['container', 'pod']),
    cpu: z.strictObject({ metric: z.string(), kind: z.enum(['counter', 'cores', 'rate']) }),
    memory: z.strictObject({ metric: z.string(), matchers: z.array(z.string()) }),
    scrapeSeconds: z.number(),
    jobs: z.array(z.string()),
    kubeState: z.enum(['none', 'v1', 'v2']),
  }),
  clusters: series,
  sample: series,
  namespaces: z.array(z.tuple([z.string(), z.number()])),
  found: z.array(z.string()),
})

/** Opens the results that are kept for a key. Those of earlier days are deleted with the cached days. */
export async function keptProbes(store: DayStore, key: ProbeKey): Promise<KeptProbes> {
  const digest = (await sha256(JSON.stringify(key))).slice(0, 16)
  const nameOf = (time: number): string =>
    `${clusterDirectory(key.cluster)}probe/${digest}/${new Date(time * 1000).toISOString().slice(0, 10)}.json`
  return {
    read: async (time) => {
      const texts = await Promise.all([time, time - daySeconds].map((day) => store.read(nameOf(day))))
      return texts.map((text) => parsed(text, time)).find((one) => one !== undefined)
    },
    write: async (time, probe) => {
      const { namespaces, found, usage: _, ...same } = probe
      const lists = { namespaces: [...namespaces], found: [...found] }
      await store.write(nameOf(time), JSON.stringify({ version, time, ...same, ...lists }))
    },
  }
}

function parsed(text: string | undefined, time: number): ProbeResult | undefined {
  if (text === undefined) return undefined
  try {
    const { version: _, time: at, namespaces, found, ...same } = keptSchema.parse(JSON.parse(text))
    if (at > time || at < time - daySeconds) return undefined
    return { ...same, usage: true, namespaces: new Map(namespaces), found: new Set(found) }
  } catch {
    return undefined
  }
}
