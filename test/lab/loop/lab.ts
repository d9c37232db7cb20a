import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import {
  type Audited,
  type ControlPlane,
  hasControlPlane,
  startControlPlane,
} from '../cluster/control-plane.ts'
import { publishRole } from '../cluster/publish-role.ts'
import { hasFlux, startFlux } from '../flux/controllers.ts'
import { startGitServer } from '../git-server.ts'
import { hasPrometheus, startWritablePrometheus } from '../prometheus.ts'
import { remoteWrite } from '../remote-write.ts'
import { hasControllers, startControllers } from './controllers.ts'
import { type Flux, rollOutByFlux } from './flux.ts'
import { type Kubelet, startKubelet } from './kubelet.ts'
import { createLoad, type Load, podsOf, step } from './load.ts'
import { type Ran, runAt } from './program.ts'
import { createRepository, directories, type Repository } from './repository.ts'
import { type RollOuts, watchRollOuts } from './roll-outs.ts'
import { isRelease, namespace, nodeSize, nodes, services } from './services.ts'

const daySeconds = 86_400
const historyDays = 15
const releases = services
  .filter(isRelease)
  .map(({ name }) => `/apis/helm.toolkit.fluxcd.io/v2/namespaces/${namespace}/helmreleases/${name}`)
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
  readonly delivery: { readonly created?: boolean; readonly commit?: string } | null
  readonly recommendations: readonly Recommended[]
  readonly followed?: readonly { readonly verdict: string; readonly field: string }[]
  readonly skipped: readonly { readonly reason: string }[]
}

interface Recommended {
  readonly workload: { readonly kind: string; readonly name: string }
  readonly field: string
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
  /** Requests of the program to the API server. */
  readonly requests: readonly Audited[]
  /** Real seconds of the whole day, and of the run of the program. */
  readonly seconds: number
  readonly runSeconds: number
  /** Real seconds from the commit until every pod runs it. */
  readonly rollOutSeconds: number
}

interface DayOptions {
  /** Whether the roll-out of the day's commit is waited for. Default: true. */
  readonly settles?: boolean
}

/** The closed loop: cluster, Flux, Git server, Prometheus and the built program. */
export interface LoopLab {
  readonly plane: ControlPlane
  readonly kubelet: Kubelet
  readonly load: Load
  readonly flux: Flux
  readonly repository: Repository
  readonly rollOuts: RollOuts
  /** Lets a day pass: its samples, a run of the program at its end, and the roll-out of what it committed. */
  readonly day: (options?: DayOptions) => Promise<Day>
  /** The simulated time. */
  readonly now: () => Date
  readonly close: () => Promise<void>
}

/** Starts everything for so many days, of which the last one ends now. `settings` are further settings of the repository. */
export async function startLoop(days: number, settings: object = {}): Promise<LoopLab> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-loop-'))
  const closing: (() => Promise<void>)[] = [async () => rmSync(root, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    return { ...(await start({ root, days, settings }, closing)), close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Wanted {
  readonly root: string
  readonly days: number
  readonly settings: object
}

async function start(
  { root, days, settings }: Wanted,
  closing: (() => Promise<void>)[],
): Promise<Omit<LoopLab, 'close'>> {
  const closed = <T extends { readonly close: () => Promise<void> }>(one: T): T => {
    closing.push(one.close)
    return one
  }
  const now = Math.floor(Date.now() / 1000 / step) * step
  let time = now - days * daySeconds
  mkdirSync(join(root, 'git'))
  const repository = createRepository(root, {
    at: new Date((time - historyDays * daySeconds) * 1000),
    settings,
  })
  const server = closed(await startGitServer(join(root, 'git')))
  const prometheus = closed(await startWritablePrometheus())
  const plane = closed(await startControlPlane())
  closed(startControllers(plane))
  const kubelet = closed(await startKubelet(plane, nodes, nodeSize))
  closed(await startFlux(plane))
  await publishRole(plane)
  await plane.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const url = `${server.url}/gitops.git`
  const rollOuts = watchRollOuts(plane, kubelet, services)
  const flux = await rollOutByFlux(plane, { url, token: server.token, directories, releases })
  await flux.reconcile(repository.head())
  await rollOuts.settled()
  const load = createLoad(services)
  const write = async (seconds: number): Promise<void> => {
    await remoteWrite(prometheus.url, load.samples(kubelet.pods(), time, time + seconds))
    time += seconds
  }
  const end = time
  time -= historyDays * daySeconds
  while (time < end) await write(daySeconds)

  const operator = join(root, 'operator.yaml')
  writeFileSync(
    operator,
    stringify({
      clusters: [{ name: 'prod', kubernetes: {}, prometheus: { url: prometheus.url } }],
      deliver: { remote: { url } },
    }),
  )
  const run = async (): Promise<Ran> => {
    const kubeconfig = join(root, 'kubeconfig')
    writeFileSync(kubeconfig, plane.kubeconfig(await plane.tokenOf('default', 'gitops-tortoise')))
    repository.refresh()
    const args = ['run', '--repo', repository.checkout, '--operator-settings', operator, '--output', 'json']
    const env = { KUBECONFIG: kubeconfig, TORTOISE_GIT_TOKEN: server.token, HOME: root }
    return runAt(new Date(time * 1000), args, env)
  }
  const day: LoopLab['day'] = async ({ settles = true } = {}) => {
    const began = performance.now()
    await write(daySeconds)
    for (const pod of services.flatMap((one) => podsOf(one, kubelet.pods())))
      if (load.restartsOf(pod) > 0) await kubelet.killed(pod, load.restartsOf(pod))
    plane.audited()
    const before = repository.head()
    const ran = await run()
    if (ran.status !== 0) throw new Error(`the run ended with ${ran.status}: ${ran.stderr}`)
    const head = repository.head()
    const committed = performance.now()
    const isNew = head !== before
    if (isNew) {
      await flux.reconcile(head)
      if (settles) await rollOuts.settled()
    }
    return {
      time: new Date(time * 1000),
      commit: isNew ? head : undefined,
      changes: isNew ? repository.changesOf(head) : [],
      report: JSON.parse(ran.stdout) as Report,
      requests: plane.audited().filter(({ user }) => user === account),
      seconds: (performance.now() - began) / 1000,
      runSeconds: ran.seconds,
      rollOutSeconds: isNew ? (performance.now() - committed) / 1000 : 0,
    }
  }
  return { plane, kubelet, load, flux, repository, rollOuts, day, now: () => new Date(time * 1000) }
}
