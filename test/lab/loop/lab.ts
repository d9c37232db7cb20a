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
import { hasPrometheus, type PrometheusLab, startWritablePrometheus } from '../prometheus.ts'
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
  readonly recommendations: readonly Recommended[]
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

type Closing = (() => Promise<void>)[]

/** Starts everything for so many days, of which the last one ends now. */
export async function startLoop(days: number): Promise<LoopLab> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-loop-'))
  const closing: Closing = [async () => rmSync(root, { recursive: true, force: true })]
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0).reverse()) await one()
  }
  try {
    const begin = Math.floor(Date.now() / 1000 / step) * step - days * daySeconds
    const parts = await startParts(root, begin - historyDays * daySeconds, closing)
    const load = createLoad(services)
    const usage = usageFrom(begin - historyDays * daySeconds, { ...parts, load })
    for (let day = 0; day < historyDays; day += 1) await usage.write()
    return {
      ...parts,
      load,
      now: usage.now,
      day: dayOf({ ...parts, load, usage, run: programOf(root, parts) }),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts extends Pick<LoopLab, 'plane' | 'kubelet' | 'flux' | 'repository' | 'rollOuts'> {
  readonly prometheus: PrometheusLab
  /** The repository on the Git server, and the token that reads and writes it. */
  readonly remote: { readonly url: string; readonly token: string }
}

/** Starts all programs, and waits until Flux has rolled out the repository, whose first commit has the time `at`. */
async function startParts(root: string, at: number, closing: Closing): Promise<Parts> {
  const closed = <T extends { readonly close: () => Promise<void> }>(one: T): T => {
    closing.push(one.close)
    return one
  }
  mkdirSync(join(root, 'git'))
  const repository = createRepository(root, new Date(at * 1000))
  const server = closed(await startGitServer(join(root, 'git')))
  const prometheus = closed(await startWritablePrometheus())
  const plane = closed(await startControlPlane())
  closed(startControllers(plane))
  const kubelet = closed(await startKubelet(plane, nodes, nodeSize))
  closed(await startFlux(plane))
  await publishRole(plane)
  await plane.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
  const remote = { url: `${server.url}/gitops.git`, token: server.token }
  const rollOuts = watchRollOuts(plane, kubelet, services)
  const flux = await rollOutByFlux(plane, { ...remote, directories, releases })
  await flux.reconcile(repository.head())
  await rollOuts.settled()
  return { plane, kubelet, flux, repository, rollOuts, prometheus, remote }
}

/** The usage of the services, from a time in seconds since 1970. */
interface Usage {
  /** Lets a day pass for the pods that run now. */
  readonly write: () => Promise<void>
  readonly now: () => Date
}

function usageFrom(
  begin: number,
  { prometheus, kubelet, load }: Pick<Parts, 'prometheus' | 'kubelet'> & { readonly load: Load },
): Usage {
  let time = begin
  return {
    now: () => new Date(time * 1000),
    write: async () => {
      await remoteWrite(prometheus.url, load.samples(kubelet.pods(), time, time + daySeconds))
      time += daySeconds
    },
  }
}

type RunAt = (time: Date) => Promise<Ran>

/** Runs the program as the published ServiceAccount. */
function programOf(root: string, { plane, prometheus, remote, repository }: Parts): RunAt {
  const [operator, kubeconfig] = [join(root, 'operator.yaml'), join(root, 'kubeconfig')]
  const clusters = [{ name: 'prod', kubernetes: {}, prometheus: { url: prometheus.url } }]
  writeFileSync(operator, stringify({ clusters, deliver: { remote: { url: remote.url } } }))
  return async (time) => {
    writeFileSync(kubeconfig, plane.kubeconfig(await plane.tokenOf('default', 'gitops-tortoise')))
    repository.refresh()
    const args = ['run', '--repo', repository.checkout, '--operator-settings', operator, '--output', 'json']
    const ran = await runAt(time, args, {
      KUBECONFIG: kubeconfig,
      TORTOISE_GIT_TOKEN: remote.token,
      HOME: root,
    })
    if (ran.status !== 0) throw new Error(`the run ended with ${ran.status}: ${ran.stderr}`)
    return ran
  }
}

interface Turning extends Parts {
  readonly load: Load
  readonly usage: Usage
  readonly run: RunAt
}

function dayOf({ plane, kubelet, flux, repository, rollOuts, load, usage, run }: Turning): LoopLab['day'] {
  const passed = async (): Promise<void> => {
    await usage.write()
    const pods = services.flatMap((one) => podsOf(one, kubelet.pods()))
    for (const pod of pods) if (load.restartsOf(pod) > 0) await kubelet.killed(pod, load.restartsOf(pod))
  }
  return async ({ settles = true } = {}) => {
    const began = performance.now()
    await passed()
    plane.audited()
    const before = repository.head()
    const { stdout, seconds: runSeconds } = await run(usage.now())
    const [head, committed] = [repository.head(), performance.now()]
    const isNew = head !== before
    if (isNew) await flux.reconcile(head)
    if (isNew && settles) await rollOuts.settled()
    const ended = performance.now()
    return {
      time: usage.now(),
      commit: isNew ? head : undefined,
      changes: isNew ? repository.changesOf(head) : [],
      report: JSON.parse(stdout) as Report,
      requests: plane.audited().filter(({ user }) => user === account),
      seconds: (ended - began) / 1000,
      runSeconds,
      rollOutSeconds: isNew ? (ended - committed) / 1000 : 0,
    }
  }
}
