import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** A fault of a response: cut after some series, refused with a status, or delayed before each thousand series. */
export type Fault =
  | { readonly kind: 'cut'; readonly after: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'slow'; readonly milliseconds: number }

/** A fleet whose responses are generated while they are sent. */
export interface GeneratedFleet {
  /** Deployments of two containers and three pods each, in a hundred namespaces. */
  readonly workloads: number
  /** The end of the recorded time, in seconds since 1970. */
  readonly end: number
  /** Range queries with more series are refused with 422. */
  readonly mostSeries?: number
  /** Called for each query; `nth` counts the same query from 1. */
  readonly fault?: (nth: number) => Fault | undefined
}

/** A server on the loopback interface, and the requests it received. */
export interface GeneratedPrometheus {
  readonly url: string
  readonly seen: { queries: number; bytes: number; refused: number }
  readonly close: () => void
}

/** Starts a server that responds as Prometheus would. It stores nothing, because a response can have gigabytes. */
export async function startGeneratedPrometheus(fleet: GeneratedFleet): Promise<GeneratedPrometheus> {
  const seen = { queries: 0, bytes: 0, refused: 0 }
  const asked = new Map<string, number>()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    seen.queries += 1
    const nth = (asked.get(body) ?? 0) + 1
    asked.set(body, nth)
    await answer(response, new URLSearchParams(body), { fleet, seen, fault: fleet.fault?.(nth) })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): void => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}`, seen, close }
}

interface Answering {
  readonly fleet: GeneratedFleet
  readonly seen: GeneratedPrometheus['seen']
  readonly fault: Fault | undefined
}

async function answer(response: ServerResponse, form: URLSearchParams, { fleet, seen, fault }: Answering) {
  const refuse = (status: number, error: string): void => {
    seen.refused += 1
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: 'error', errorType: 'execution', error }))
  }
  if (fault?.kind === 'status') return refuse(fault.status, `fault with status ${fault.status}`)
  const own = membersOf(form, fleet)
  if (form.has('step') && own.length * 6 > (fleet.mostSeries ?? Number.POSITIVE_INFINITY))
    return refuse(
      422,
      `the query returns ${own.length * 6} series, more than the limit of ${fleet.mostSeries}`,
    )
  response.writeHead(200, { 'content-type': 'application/json' })
  response.write('{"status":"success","data":{"resultType":"matrix","result":[')
  let sent = 0
  for (const element of elementsOf(form, own, fleet)) {
    if (fault?.kind === 'cut' && sent >= fault.after) return response.destroy()
    if (fault?.kind === 'slow' && sent % 1000 === 999) await sleep(fault.milliseconds)
    const text = `${sent === 0 ? '' : ','}${element}`
    sent += 1
    seen.bytes += text.length
    if (!response.write(text)) await drained(response)
    if (response.destroyed) return
  }
  response.end(']}}')
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })

const namespaceOf = (index: number): string => `team-${index % 100}`

function membersOf(form: URLSearchParams, { workloads }: GeneratedFleet): readonly number[] {
  const query = form.get('query') ?? ''
  const [, not, names = ''] = /namespace(=|!)~"([^"]*)"/.exec(query) ?? []
  const set = new Set(names.split('|'))
  return Array.from({ length: workloads }, (_, index) => index).filter(
    (index) => names === '' || set.has(namespaceOf(index)) === (not === '='),
  )
}

function* elementsOf(
  form: URLSearchParams,
  own: readonly number[],
  fleet: GeneratedFleet,
): Generator<string> {
  const query = form.get('query') ?? ''
  if (query.includes('"probe"')) return yield* probeRows(fleet)
  // Of several queries in one, that of the owners is the first.
  const of = query.includes('"tortoise_query"') ? { tortoise_query: '0' } : {}
  if (query.includes('kube_pod_owner')) return yield* ownerRows(own, fleet, of)
  if (form.get('step') === null || query.includes('kube_pod_container_status')) return
  const [start = 0, last = 0, step = 300] = [form.get('start'), form.get('end'), form.get('step')].map(Number)
  const joint = query.includes('"what","memory"') ? ['cpu', 'memory'] : [undefined]
  for (const what of joint)
    for (const index of own)
      yield* usageRows(index, { start, last, step }, what === undefined ? {} : { what })
}

const rowAt =
  ({ end }: GeneratedFleet) =>
  (labels: object, value: number): string =>
    JSON.stringify({ metric: labels, value: [end, String(value)] })

function* probeRows(fleet: GeneratedFleet): Generator<string> {
  const row = rowAt(fleet)
  const { workloads } = fleet
  yield row({ probe: 'cadvisor', job: 'kubelet' }, workloads * 6)
  yield row({ probe: 'memory' }, workloads * 6)
  yield row({ probe: 'scrapes' }, 61)
  yield row({ probe: 'pods' }, workloads * 3)
  for (let index = 0; index < 100; index += 1)
    yield row({ probe: 'namespaces', namespace: namespaceOf(index) }, (workloads * 6) / 100)
}

const podNames = (index: number): readonly string[] =>
  ['aaaaa', 'bbbbb', 'ccccc'].map((suffix) => `app-${index}-5d4f8c7b9-${suffix}`)

function* ownerRows(own: readonly number[], fleet: GeneratedFleet, of: object): Generator<string> {
  const row = rowAt(fleet)
  for (const index of own) {
    const namespace = namespaceOf(index)
    const replicaset = `app-${index}-5d4f8c7b9`
    const owner = { owner_kind: 'Deployment', owner_name: `app-${index}`, ...of }
    yield row({ what: 'replicaSets', namespace, replicaset, ...owner }, 1)
    for (const pod of podNames(index))
      yield row({ what: 'pods', namespace, pod, owner_kind: 'ReplicaSet', owner_name: replicaset, ...of }, 1)
  }
}

function* usageRows(
  index: number,
  { start, last, step }: { start: number; last: number; step: number },
  of: object,
) {
  for (const pod of podNames(index)) {
    for (const container of ['app', 'proxy']) {
      const values: string[] = []
      for (let time = start; time <= last; time += step)
        values.push(`[${time},"${0.1 + ((time / step + index) % 50) / 100}"]`)
      const metric = JSON.stringify({ namespace: namespaceOf(index), pod, container, ...of })
      yield `{"metric":${metric},"values":[${values.join(',')}]}`
    }
  }
}
