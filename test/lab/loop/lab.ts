import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inParallel } from '../../../plugin/model/parallel.ts'
import { type Audited, hasControlPlane } from '../cluster/control-plane.ts'
import { hasFlux } from '../flux/controllers.ts'
import { startGitServer } from '../git-server.ts'
import { hasPrometheus } from '../prometheus.ts'
import { type Closing, type ClusterLab, startCluster } from './cluster.ts'
import { hasControllers } from './controllers.ts'
import { step } from './load.ts'
import { type Operator, operatorOf } from './operator.ts'
import { renderCharts } from './rendered.ts'
import { type Content, createRepository, directoriesOf, type Repository } from './repository.ts'
import type { Requested } from './requested.ts'
import { clusterOf, services as few, type Nodes, type Service, nodes as smallNodes } from './services.ts'

const daySeconds = 86_400
const historyDays = 15
const account = 'system:serviceaccount:default:gitops-tortoise'

/** What is missing to run the lab, with the command that builds it; `undefined` when nothing is. */
export const missingForLoop = (): string | undefined =>
  [
    hasControlPlane() && hasControllers()
      ? undefined
      : 'no kube-apiserver, kube-controller-manager or kube-scheduler (npm run lab:setup -- --all)',
    hasFlux() ? undefined : 'no controllers of Flux (node test/lab/flux/build.mjs)',
    hasPrometheus() ? undefined : 'prometheus or promtool is not on the PATH',
  ].find((one) => one !== undefined)

/** A report of the program, with the parts that the lab reads. */
export interface Report {
  readonly changes: readonly (Addressed & { readonly from: string; readonly to: string })[]
  readonly recommendations: readonly Recommended[]
  readonly skipped: readonly {
    readonly cluster?: string
    readonly workload: string
    readonly reason: string
  }[]
  readonly backtest: {
    readonly workloads: readonly (Pick<Addressed, 'workload'> & Record<'before' | 'after', Figures>)[]
  } | null
}

interface Figures {
  readonly requestedCores: number
  readonly requestedGibibytes: number
}

interface Addressed {
  readonly cluster?: string
  readonly workload: { readonly kind: string; readonly name: string }
  readonly container?: string
  readonly field: string
}

interface Recommended extends Addressed {
  readonly verdict: string
  readonly because?: readonly { readonly rule: string; readonly text: string }[]
  /** Why nothing is said about the value. */
  readonly missing?: string
}

/** What happened on a simulated day. */
export interface Day {
  /** The simulated end of the day, when the program ran. */
  readonly time: Date
  /** The commit that the run made. */
  readonly commit: string | undefined
  /** What the commit changed, as its trailers say it: workload, container, field, from, to. */
  readonly changes: readonly string[]
  readonly report: Report
  /** What the pods of each cluster requested on average on that day, before the run, by service. */
  readonly requested: ReadonlyMap<string, ReadonlyMap<string, Requested>>
  /** Requests of the program to all API servers. */
  readonly requests: readonly Audited[]
  /** Real seconds of the whole day, and of the run of the program. */
  readonly seconds: number
  readonly runSeconds: number
  /** Real seconds from the commit until every pod runs it. */
  readonly rollOutSeconds: number
}

interface DayOptions {
  /** Whether the rollout of the day's commit is waited for. Default: true. */
  readonly settles?: boolean
}

/** What the lab begins with. */
export interface LoopOptions extends Partial<Content> {
  /** Days that can pass, of which the last one ends now. */
  readonly days: number
  readonly nodes?: Nodes
  /** Parts of a day in which HPAs follow the load. Default: two. */
  readonly slots?: number
  /** Milliseconds for which an HPA keeps its highest recommendation. Default: one second. */
  readonly stabilizationMs?: number
}

/** The closed loop: clusters, Flux, Git server, Prometheus and the built program. The first cluster is at the top. */
export interface LoopLab extends ClusterLab {
  readonly clusters: ReadonlyMap<string, ClusterLab>
  readonly services: readonly Service[]
  readonly repository: Repository
  readonly operator: Operator
  /** Lets the samples of a day, or of some seconds, pass. Returns what the pods of each cluster requested on average, by service. */
  readonly passTime: (seconds?: number) => Promise<ReadonlyMap<string, ReadonlyMap<string, Requested>>>
  /** Rolls the commit of the base branch out in every cluster. */
  readonly rollOutHead: (settles?: boolean) => Promise<void>
  /** Lets a day pass: its samples, a run of the program at its end, and the rollout of what it committed. */
  readonly day: (options?: DayOptions) => Promise<Day>
  /** Requests of the program to all API servers since the last call. */
  readonly audited: () => readonly Audited[]
  /** The simulated time. */
  readonly now: () => Date
  readonly close: () => Promise<void>
}

/** Starts everything. */
export async function startLoop(options: LoopOptions): Promise<LoopLab> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-loop-'))
  const closing: Closing = [async () => rmSync(root, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    return { ...(await start(root, options, closing)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  root: string,
  { days, nodes = smallNodes, slots = 2, stabilizationMs = 1000, services = few, ...content }: LoopOptions,
  closing: Closing,
): Promise<Omit<LoopLab, 'close'>> {
  const begin = Math.floor(Date.now() / 1000 / step) * step - days * daySeconds
  mkdirSync(join(root, 'git'))
  const created = new Date((begin - historyDays * daySeconds) * 1000)
  const repository = createRepository(root, created, { services, ...content })
  await renderCharts(root, { repository, services, at: created })
  const server = await startGitServer(join(root, 'git'))
  closing.push(server.close)
  const remote = { url: `${server.url}/gitops.git`, token: server.token }
  const clusters = new Map<string, ClusterLab>()
  for (const name of new Set(services.map(clusterOf))) {
    const own = services.filter((one) => clusterOf(one) === name)
    const directories = directoriesOf(services, name)
    const plan = {
      services: own,
      nodes,
      directories,
      remote,
      commit: repository.head(),
      slots,
      stabilizationMs,
    }
    clusters.set(name, await startCluster(plan, closing))
  }
  const all = [...clusters.values()]
  await inParallel(all, (one) => one.remember(begin, historyDays))
  const [first] = all
  if (first === undefined) throw new Error('the lab has no services')
  let time = begin
  const now = (): Date => new Date(time * 1000)
  const base = { ...first, clusters, services, repository, now }
  const operator = operatorOf(root, { ...base, remote })
  const render = (): Promise<void> => renderCharts(root, { repository, services, at: now() })
  const actions = actionsOf(all, repository, render)
  const passTime: LoopLab['passTime'] = async (seconds = daySeconds) => {
    const passed = await inParallel(
      [...clusters],
      async ([name, one]) => [name, await one.pass(time, seconds)] as const,
    )
    time += seconds
    return new Map(passed)
  }
  return { ...base, operator, passTime, ...actions, day: dayOf({ ...base, ...actions, operator, passTime }) }
}

type Actions = Pick<LoopLab, 'audited' | 'rollOutHead'>

const actionsOf = (
  all: readonly ClusterLab[],
  repository: Repository,
  render: () => Promise<void>,
): Actions => ({
  audited: () => all.flatMap(({ plane }) => plane.audited()).filter(({ user }) => user === account),
  rollOutHead: async (settles = true) => {
    await render()
    const head = repository.head()
    await inParallel(all, (one) => one.rollOut(head, settles))
  },
})

type Turning = Omit<LoopLab, 'close' | 'day'>

function dayOf({ repository, operator, now, audited, passTime, rollOutHead }: Turning): LoopLab['day'] {
  return async ({ settles = true } = {}) => {
    const began = performance.now()
    const requested = await passTime()
    audited()
    const before = repository.head()
    const { stdout, seconds: runSeconds } = await operator.run()
    const [head, committed] = [repository.head(), performance.now()]
    const isNew = head !== before
    if (isNew) await rollOutHead(settles)
    const ended = performance.now()
    return {
      time: now(),
      commit: isNew ? head : undefined,
      changes: isNew ? repository.changesOf(head) : [],
      report: JSON.parse(stdout) as Report,
      requested,
      requests: audited(),
      seconds: (ended - began) / 1000,
      runSeconds,
      rollOutSeconds: isNew ? (ended - committed) / 1000 : 0,
    }
  }
}
