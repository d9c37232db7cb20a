import type { Coverage } from '../model/coverage.ts'
import type { Requested } from '../model/observation.ts'
import { plural } from '../model/plural.ts'
import { type Terminal, terminal } from '../model/text/terminal.ts'
import { printValue } from '../model/value.ts'
import { namespacedLabel } from '../model/workload.ts'
import type { Paint } from './paint.ts'

/** How much of a cluster is managed: `41 of 44 workloads with usage are managed: 93 % of requested CPU, 95 % of memory`. */
export function coverageSentence({ used, managed, share }: Coverage): string {
  const count = `${managed} of ${plural(used, 'workload')} with usage ${managed === 1 ? 'is' : 'are'} managed`
  return share === undefined
    ? count
    : `${count}: ${percent(share.cpu)} of requested CPU, ${percent(share.memory)} of requested memory`
}

/** Workloads of a cluster that are listed. */
const mostListed = 20

/** The workloads with usage that no source declares, the largest first, with what would bring each in. */
export function unmanagedList({ cluster, unmanaged }: Coverage, paint: Paint): Terminal {
  if (unmanaged.length === 0) return terminal``
  const lines = unmanaged.slice(0, mostListed).map(({ workload, requested, why }) => {
    const size = requested === undefined ? '' : ` (${sizeText(requested)})`
    return terminal`  ${namespacedLabel(workload)}${size}\n    ${paint.dim(why)}\n`
  })
  const more = unmanaged.length - lines.length
  const rest = more > 0 ? terminal`  and ${plural(more, 'more workload')}\n` : ''
  return terminal`\n${paint.bold(`Not managed in cluster ${cluster}`)}\n${terminal.join(lines, '')}${rest}`
}

const sizeText = ({ cpu, memory }: Requested): string =>
  `${printValue('requests.cpu', Math.ceil(cpu))}, ${printValue('requests.memory', Math.ceil(memory))}`

const percent = (share: number): string => `${Math.round(share * 100)} %`

/** What a report says of coverage, a line each: nothing of a cluster that is managed as a whole. */
export const coverageLines = (coverage: readonly Coverage[]): readonly string[] =>
  coverage.flatMap((one) => [
    ...(one.managed === one.used ? [] : [`cluster ${one.cluster}: ${coverageSentence(one)}`]),
    ...one.advice.map((text) => `cluster ${one.cluster}: ${text}`),
  ])
