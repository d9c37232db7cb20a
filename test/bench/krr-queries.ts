import type { BenchFleet } from './observe-fleet.ts'

/** What some queries took: their number, the size of the responses unpacked, and seconds on the clock. */
export interface Queried {
  readonly queries: number
  readonly mebibytes: number
  readonly seconds: number
}

const containers = ['app', 'proxy']
/** Workers, as KRR starts by default. */
const width = 10

/**
 * Sends what the code of Robusta's KRR (`krr simple`, robusta_krr/core/integrations/prometheus) sends for each workload of the
 * fleet, without what KRR does besides: three queries for the pods of a workload, and four for each container.
 * `timeframe` is the step of its subqueries in seconds.
 */
export async function krrQueries(url: string, fleet: BenchFleet, timeframe: number): Promise<Queried> {
  const began = performance.now()
  const counted = { queries: 0, bytes: 0 }
  const query: AskServer = async (text) => {
    const body = new URLSearchParams({ query: text, time: String(fleet.end) })
    const answer = await (await fetch(`${url}/api/v1/query`, { method: 'POST', body })).text()
    counted.queries += 1
    counted.bytes += answer.length
    return (JSON.parse(answer) as Answer).data.result.map(({ metric }) => metric)
  }
  const numbers = Array.from({ length: fleet.workloads }, (_, index) => index).values()
  const worker = async (): Promise<void> => {
    for (const number of numbers) await workloadQueries(query, number, { fleet, timeframe })
  }
  await Promise.all(Array.from({ length: width }, worker))
  return {
    queries: counted.queries,
    mebibytes: counted.bytes / 1024 ** 2,
    seconds: (performance.now() - began) / 1000,
  }
}

interface Answer {
  readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] }
}

type AskServer = (text: string) => Promise<Answer['data']['result'][number]['metric'][]>

async function workloadQueries(
  query: AskServer,
  number: number,
  { fleet, timeframe }: { readonly fleet: BenchFleet; readonly timeframe: number },
): Promise<void> {
  const [name, namespace] = [`app-${String(number).padStart(5, '0')}`, `team-${number % 40}`]
  const [days, step] = [`${fleet.days}d`, `${timeframe}s`]
  const sets = await query(
    `kube_replicaset_owner{owner_name="${name}",owner_kind="Deployment",namespace="${namespace}"}[${days}]`,
  )
  const owners = sets.map((metric) => metric['replicaset']).join('|')
  const found = await query(
    `last_over_time(kube_pod_owner{owner_name=~"${owners}",owner_kind="ReplicaSet",namespace="${namespace}"}[${days}])`,
  )
  const pods = found.map((metric) => metric['pod']).join('|')
  await query(`kube_pod_status_phase{phase="Running",pod=~"${pods}",namespace="${namespace}"} == 1`)
  for (const container of containers) {
    const selector = `{namespace="${namespace}",pod=~"${pods}",container="${container}"}`
    const cpu = `container_cpu_usage_seconds_total${selector}`
    const highest = (text: string): string => `max(${text}) by (container, pod, job)[${days}:${step}]`
    const memory = highest(`container_memory_working_set_bytes${selector}`)
    await Promise.all(
      [
        `quantile_over_time(0.95, ${highest(`rate(${cpu}[${step}])`)})`,
        `count_over_time(${highest(cpu)})`,
        `max_over_time(${memory})`,
        `count_over_time(${memory})`,
      ].map(query),
    )
  }
}
