import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { settingsSchema } from '../../config/schema.ts'
import type { DeclaredWorkload } from '../../plugin/model/declared.ts'
import type { Observation } from '../../plugin/model/observation.ts'
import { type UsageRecorder, usageRecorder } from '../../plugin/model/recorder.ts'
import { cpuScale, memoryScale } from '../../plugin/model/sketch.ts'
import { decide as decidePlan, planOf } from '../../plugin/plan/decide.ts'
import type { SourceFacts } from '../../plugin/plan/source-facts.ts'
import { recommend } from '../../plugin/recommend/recommend.ts'
import { measured } from './measured.ts'

const workloads = 10_000
const days = 14
/** An hour a slot: the sketches of days are as full as with five minutes, and are filled twelve times as fast. */
const frame = { first: Date.UTC(2026, 8, 7) / 1000 + 3600, step: 3600, count: days * 24 }

/**
 * `steady` on 10,000 workloads of two containers, from sketches of 14 days each. The fleet is made by one process and
 * decided on by another, which reads it line by line as a snapshot is read: what is left over from making it must not count. A third
 * process decides as a plan does (`plan…`), with series: the gate replays each change, and the backtest the proposal.
 */
export async function recommendFleet(): Promise<Readonly<Record<string, number>>> {
  // As the command-line program sets it.
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--heap-growing-percent=30')
  const given = process.env['BENCH_INPUT']
  if (given !== undefined) {
    const observations = await read(given)
    return process.env['BENCH_PLAN'] === 'yes' ? decideAsPlan(observations) : decide(observations)
  }
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  try {
    const figuresOf = async (name: string, hasSeries: boolean) => {
      const file = join(directory, name)
      writeFleet(file, hasSeries)
      const [program = ''] = process.argv.slice(1)
      const env = { ...process.env, BENCH_INPUT: file, BENCH_PLAN: hasSeries ? 'yes' : 'no' }
      const { stdout } = await measured(process.execPath, [program, 'recommend'], process.cwd(), env)
      const { bench: _, ...figures } = JSON.parse(stdout)
      return figures
    }
    return { ...(await figuresOf('fleet.ndjson', false)), ...(await figuresOf('series.ndjson', true)) }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function writeFleet(file: string, hasSeries: boolean): void {
  const at = openSync(file, 'w')
  for (let index = 0; index < workloads; index += 1)
    writeSync(at, `${JSON.stringify(observe(index, hasSeries))}\n`)
  closeSync(at)
}

async function read(file: string): Promise<readonly Observation[]> {
  const observations: Observation[] = []
  for await (const line of createInterface({ input: createReadStream(file) }))
    observations.push(JSON.parse(line))
  return observations
}

function decide(observations: readonly Observation[]): Readonly<Record<string, number>> {
  const declared = observations.map(({ workload, containers }, index) => declare(workload, index, containers))
  const { profile, ...options } = settingsSchema.parse({}).recommend
  const [start, processor] = [performance.now(), process.cpuUsage()]
  const answers = recommend({ workloads: declared }, observations, {
    profile,
    options,
    rules: [],
    lastChange: () => undefined,
  })
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(processor)
  return {
    workloads,
    containers: workloads * 2,
    values: answers.length,
    changes: answers.filter(({ verdict }) => verdict === 'change').length,
    seconds: Math.round(seconds * 100) / 100,
    processorSeconds: Math.round((user + system) / 10_000) / 100,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1000),
  }
}

/** Everything that a plan computes between rendering and tracing, and after proving. */
async function decideAsPlan(observations: readonly Observation[]): Promise<Readonly<Record<string, number>>> {
  const facts = observations.map(({ workload, containers }, index): SourceFacts => {
    const { namespace } = workload
    const source = { kind: 'plain', id: `apps/${index}`, path: `apps/${index}`, cluster: 'prod', namespace }
    const workloads = [declare(workload, index, containers)]
    return { source, workloads, references: [], surrounding, rollouts: [] }
  })
  const { recommend: settings, prices } = settingsSchema.parse({})
  const { profile, ...options } = settings
  const request = {
    sources: [],
    observations,
    recommend: { profile, options, rules: [], lastChange: () => undefined },
    prices,
    allowShared: false,
  }
  // Without history, nothing is read of a repository.
  const ports = { progress: () => undefined } as never
  const [start, processor] = [performance.now(), process.cpuUsage()]
  const decided = await decidePlan({ facts, failed: [] }, request, ports)
  const { backtest } = planOf(decided, undefined, request)
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(processor)
  return {
    planChanges: decided.changes.length,
    planBacktested: backtest?.workloads.length ?? 0,
    planSeconds: Math.round(seconds * 100) / 100,
    planProcessorSeconds: Math.round((user + system) / 10_000) / 100,
    planPeakMegabytes: Math.round(process.resourceUsage().maxRSS / 1000),
  }
}

const surrounding = { scalers: [], verticals: [], ranges: [], quotas: [], budgets: [] }

function observe(index: number, hasSeries: boolean): Observation {
  const containers = ['app', 'proxy'].map((container, at) => {
    const [cpu, memory] = [usageRecorder(cpuScale, frame), usageRecorder(memoryScale, frame)]
    fill({ cpu, memory }, index * 2 + at)
    const [usedCpu, usedMemory] = hasSeries
      ? [cpu.finish(), memory.finish()]
      : [sketches(cpu), sketches(memory)]
    return {
      container,
      ...(usedCpu && { cpu: usedCpu }),
      ...(usedMemory && { memory: usedMemory }),
      oomKills: 0,
    }
  })
  return {
    cluster: 'prod',
    workload: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: `team-${index % 100}`,
      name: `app-${index}`,
    },
    window: { from: '2026-09-07T00:00:00Z', to: '2026-09-21T00:00:00Z' },
    days,
    coverage: 1,
    containers,
    replicas: { min: 3, max: 3, mean: 3 },
  }
}

/** Sketches and days alone, without the series that a backtest replays. */
function sketches(recorder: UsageRecorder) {
  const usage = recorder.finish()
  if (usage === undefined) return undefined
  const { highest: _, total: __, ...rest } = usage
  return rest
}

interface Recorders {
  readonly cpu: UsageRecorder
  readonly memory: UsageRecorder
}

/** A day's rhythm with noise that is the same in every run. */
function fill({ cpu, memory }: Recorders, seed: number): void {
  const base = 20 + ((seed * 7919) % 1500)
  for (let hour = 0; hour < frame.count; hour += 1) {
    const noise = ((seed + 1) * (hour + 1) * 2_654_435_761) % 1000
    cpu.add(hour, base * (1 + 0.5 * Math.sin(hour / 3.8) + noise / 2000))
    memory.add(hour, (base * 200 + noise * 20) * 1024)
  }
}

function declare(
  workload: Observation['workload'],
  index: number,
  containers: Observation['containers'],
): DeclaredWorkload {
  return {
    workload,
    containers: containers.map(({ container }) => ({
      name: container,
      role: 'main',
      values: { 'requests.cpu': '1', 'requests.memory': '512Mi', 'limits.memory': '1Gi' },
    })),
    ...(index % 3 === 0 && {
      autoscaler: { minReplicas: 2, maxReplicas: 10, targets: [{ resource: 'cpu', utilization: 60 }] },
    }),
  }
}
