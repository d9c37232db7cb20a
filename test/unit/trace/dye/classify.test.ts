import { describe, expect, it } from 'vitest'
import type { ManifestField } from '../../../../plugin/model/manifest.ts'
import { classifyByName, classifyByValue } from '../../../../plugin/trace/dye/classify.ts'
import { candidatesIn } from './candidates.ts'

/** Every candidate as `path: type`. */
const typed = async (text: string, classify = classifyByName): Promise<readonly string[]> => {
  const { candidates } = await candidatesIn({ 'v.yaml': text }, classify)
  return candidates.map(({ path, type }) => `${path.join('.')}: ${type}`)
}

describe('a scalar by its name', () => {
  it.each([
    ['cpu: 100m', 'quantity'],
    ['cpu: lots', undefined],
    ['CPU: 1', 'quantity'],
    ['memory: 1Gi', 'quantity'],
    ['requests: {memory: 1Gi}', 'quantity'],
    ['memory: {request: 1Gi}', 'quantity'],
    ['memory: {a: {request: 1Gi}}', 'quantity'],
    ['memory: {a: {b: {request: 1Gi}}}', undefined],
    ['cpuRequest: 100m', 'quantity'],
    ['size: 100m', undefined],
    ['goMaxProcs: 2', 'count'],
    ['GOMAXPROCS: "2"', 'count'],
    ['go_max_procs: 2', 'count'],
    ['gomaxprocs: two', undefined],
    ['gomaxprocs: 2x', undefined],
    ['gomaxprocs: x2', undefined],
    ['gomaxprocs: 12', 'count'],
    ['goMemLimit: 400MiB', 'go-memory'],
    ['go_mem_limit: 400', 'go-memory'],
    ['GOMEMLIMIT: 400B', 'go-memory'],
    ['gomemlimit: off', undefined],
    ['gomemlimit: 400Mi', 'go-memory'],
    ['gomemlimit: x400MiB', undefined],
    ['gomemlimit: 400MiBx', undefined],
    ['gomemlimit: 4MB', undefined],
    ['minReplicas: 2', 'count'],
    ['max_replica: 2', 'count'],
    ['max.pods: 2', 'count'],
    ['maxPods: 20', 'count'],
    ['minReplicas: x', undefined],
    ['autoscaling: {min: 2}', 'count'],
    ['autoscaling: {max: 2}', 'count'],
    ['autoscaling: {minimum: 2}', undefined],
    ['other: {min: 2}', undefined],
    ['replicas: 2', undefined],
    ['targetCPU: 70', 'count'],
    ['targetCPUUtilizationPercentage: 70', 'count'],
    ['averageValue: 70', 'count'],
    ['threshold: 70', 'count'],
    ['percent: 70', 'count'],
    ['cpuUtilization: high', undefined],
    ['cpuTarget: 500m', 'quantity'],
    ['target: 500m', undefined],
    ['cpu: [1, 2]', undefined],
    ['cpu: [{a: 1}]', 'quantity'],
    ['triggers: [{type: cpu, metadata: {value: "60"}}]', 'count'],
    ['triggers: [{type: cpu, metadata: {value: x}}]', undefined],
    ['metadata: {name: "60"}', undefined],
  ])('%s is %s', async (text, type) => {
    expect((await typed(`${text}\n`)).map((one) => one.split(': ')[1])).toEqual(
      type === undefined ? [] : [type],
    )
  })

  it.each([
    ['- {op: replace, path: /spec/resources/requests/cpu, value: 100m}', ['0.value: quantity']],
    ['- {op: add, path: /spec/maxReplicas, value: 3}', ['0.value: count']],
    ['- {op: test, path: /spec/resources/requests/cpu, value: 100m}', []],
    ['- {op: replace, path: /spec/replicas, value: 3}', []],
    ['- {op: replace, value: 3}', []],
    ['- {op: replace, path: /a/cpu, cpu: 3}', []],
    ['- {name: GOMAXPROCS, value: "2"}', ['0.value: count']],
    ['- {name: GOMEMLIMIT, value: 4MiB}', ['0.value: go-memory']],
    ['- {name: CPU_LIMIT, value: "2"}', []],
    ['- {name: LOGO_MAX_PROCS, value: "2"}', []],
    ['- {name: GOGC, value: "2"}', []],
    ['- {label: GOMAXPROCS, value: "2"}', []],
    ['- {name: cpu, cpu: 2}', ['0.cpu: quantity']],
  ])('of a list is classified by what is beside it: %s', async (text, wanted) => {
    expect(await typed(`${text}\n`)).toEqual(wanted)
  })
})

describe('a scalar by its value', () => {
  const field = (name: ManifestField['field'], value: string): ManifestField =>
    ({ field: name, value }) as ManifestField
  const sizes = classifyByValue([field('requests.cpu', '500m'), field('requests.memory', '1Gi')])
  const counts = classifyByValue([
    field('hpa.minReplicas', '3'),
    field('requests.cpu', '2'),
    field('limits.cpu', '3'),
  ])

  it.each([
    ['size: 500m', 'quantity'],
    ['size: 0.5', 'quantity'],
    ['size: "0.5"', 'quantity'],
    ['size: 1024Mi', 'quantity'],
    ['size: 501m', undefined],
    ['size: text', undefined],
    ['cpu: 500m', undefined],
    ['a: [500m]', undefined],
    ['port: 500m', undefined],
    ['replicaShare: 500m', undefined],
    ['version: 500m', undefined],
    ['revision: 500m', undefined],
    ['weight: 500m', undefined],
    ['timeoutSeconds: 500m', undefined],
    ['period: 500m', undefined],
    ['accounts: 500m', undefined],
  ])('is a size where one has it: %s is %s', async (text, type) => {
    expect((await typed(`${text}\n`, sizes)).map((one) => one.split(': ')[1])).toEqual(
      type === undefined ? [] : [type],
    )
  })

  it.each([
    ['replicas: 3', 'count'],
    ['scale: 3', 'count'],
    ['count: 3', 'count'],
    ['min: 3', 'count'],
    ['max: 3', 'count'],
    ['replicas: 4', undefined],
    ['size: 2', 'quantity'],
    // The bound of three is a count, so the limit of three is not searched as a size.
    ['size: 3', undefined],
    ['replicas: 2', undefined],
  ])('is a count where a bound or target has it: %s is %s', async (text, type) => {
    expect((await typed(`${text}\n`, counts)).map((one) => one.split(': ')[1])).toEqual(
      type === undefined ? [] : [type],
    )
  })
})
