import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measured } from './measured.ts'

const workloads = 10_000
const end = Date.UTC(2026, 8, 14) / 1000

/**
 * `tortoise snapshot` of 10,000 workloads (two containers, three pods, two days) through a server that makes up its answers
 * as it streams them: 60,000 series a question. Shows memory, not speed.
 */
export async function observeGenerated(): Promise<Readonly<Record<string, number>>> {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-bench-'))
  const seen = { queries: 0, bytes: 0 }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    seen.queries += 1
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write('{"status":"success","data":{"resultType":"matrix","result":[')
    let between = ''
    for (const element of answerTo(new URLSearchParams(body))) {
      const text = between + element
      between = ','
      seen.bytes += text.length
      if (!response.write(text)) await new Promise((resolve) => response.once('drain', resolve))
    }
    response.end(']}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const settings = join(root, 'tortoise.yaml')
  writeFileSync(settings, 'clusters: [{name: prod}]\nhistory: {days: 2}\n')
  try {
    const url = `http://127.0.0.1:${port}`
    const program = [
      join(process.cwd(), 'dist/tortoise.js'),
      'snapshot',
      '--repo',
      root,
      '--settings',
      settings,
    ]
    const where = [
      '--prometheus',
      url,
      '--until',
      new Date(end * 1000).toISOString(),
      '--out',
      join(root, 'out.json'),
    ]
    const { seconds, peakMiB } = await measured(process.execPath, [...program, ...where])
    return {
      workloads,
      queries: seen.queries,
      answerMB: Math.round(seen.bytes / 1e6),
      seconds: Math.round(seconds),
      peakMiB,
    }
  } finally {
    server.close()
    server.closeAllConnections()
    rmSync(root, { recursive: true, force: true })
  }
}

const namespaceOf = (index: number): string => `team-${index % 100}`

function* answerTo(form: URLSearchParams): Generator<string> {
  const query = form.get('query') ?? ''
  if (query.includes('"probe"')) return yield* probeRows()
  const mine = namespacesIn(query)
  const own = Array.from({ length: workloads }, (_, index) => index).filter((index) =>
    mine(namespaceOf(index)),
  )
  if (query.includes('kube_pod_owner')) return yield* ownerRows(own)
  if (form.get('step') === null || query.includes('kube_pod_container_status')) return
  const [start, last, step] = [form.get('start'), form.get('end'), form.get('step')].map(Number)
  for (const index of own) yield* usageRows(index, { start: start ?? 0, last: last ?? 0, step: step ?? 300 })
}

function namespacesIn(query: string): (namespace: string) => boolean {
  const [, not, names = ''] = /namespace(=|!)~"([^"]*)"/.exec(query) ?? []
  const set = new Set(names.split('|'))
  return (namespace) => names === '' || set.has(namespace) === (not === '=')
}

function* probeRows(): Generator<string> {
  const row = (labels: object, value: number) =>
    JSON.stringify({ metric: labels, value: [end, String(value)] })
  yield row({ probe: 'cadvisor', job: 'kubelet' }, 60_000)
  yield row({ probe: 'memory' }, 60_000)
  yield row({ probe: 'scrapes' }, 61)
  yield row({ probe: 'pods' }, 30_000)
  for (let index = 0; index < 100; index += 1)
    yield row({ probe: 'namespaces', namespace: namespaceOf(index) }, 600)
}

const podNames = (index: number): readonly string[] =>
  ['aaaaa', 'bbbbb', 'ccccc'].map((suffix) => `app-${index}-5d4f8c7b9-${suffix}`)

function* ownerRows(own: readonly number[]): Generator<string> {
  const row = (labels: object) => JSON.stringify({ metric: labels, value: [end, '1'] })
  for (const index of own) {
    const namespace = namespaceOf(index)
    const replicaset = `app-${index}-5d4f8c7b9`
    yield row({
      what: 'replicaSets',
      namespace,
      replicaset,
      owner_kind: 'Deployment',
      owner_name: `app-${index}`,
    })
    for (const pod of podNames(index))
      yield row({ what: 'pods', namespace, pod, owner_kind: 'ReplicaSet', owner_name: replicaset })
  }
}

function* usageRows(index: number, { start, last, step }: { start: number; last: number; step: number }) {
  for (const pod of podNames(index)) {
    for (const container of ['app', 'proxy']) {
      const values: string[] = []
      for (let time = start; time <= last; time += step)
        values.push(`[${time},"${0.1 + ((time / step + index) % 50) / 100}"]`)
      const metric = JSON.stringify({ namespace: namespaceOf(index), pod, container })
      yield `{"metric":${metric},"values":[${values.join(',')}]}`
    }
  }
}
