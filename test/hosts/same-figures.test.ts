import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ContainerUsage, Observation } from '../../plugin/model/observation.ts'
import {
  bucketStart,
  cpuScale,
  memoryScale,
  type Sketch,
  type SketchScale,
} from '../../plugin/model/sketch.ts'
import { parseSnapshot } from '../../plugin/observe/snapshot.ts'
import type { FleetReport } from '../../plugin/report/json/fleet.ts'
import { pullText, type SavedPlan } from '../shots/material.ts'
import { demoFiles, onDemo } from './program.ts'

/** Checkout in prod: no HPA, one container, requests in one file, so that its figures are plain arithmetic. */
const declared = { cpu: 1.5, memory: 2, newCpu: 0.75, newMemory: 1440 / 1024 }
/** The defaults of `prices` for an hour. */
const prices = { core: 0.03, gibibyte: 0.004 }
const hoursAMonth = 24 * 30

const meanOf = (sketch: Sketch, scale: SketchScale): number => {
  const middle = (bucket: number): number => (bucketStart(scale, bucket) + bucketStart(scale, bucket + 1)) / 2
  const [sum, weight] = sketch.reduce(
    ([all, count], [bucket, one]) => [all + middle(bucket) * one, count + one],
    [0, 0],
  )
  return sum / weight
}

/** The figures by themselves, from nothing but the recorded usage. */
function computed({ containers, replicas }: Observation) {
  const [usage] = containers as readonly [ContainerUsage]
  const pods = replicas?.mean ?? 1
  const cost = (cores: number, gibibytes: number) =>
    pods * (cores * prices.core + gibibytes * prices.gibibyte) * hoursAMonth
  return {
    requestedCores: pods * declared.cpu,
    requestedGibibytes: pods * declared.memory,
    usedCores: (pods * meanOf(usage.cpu?.sketch ?? [], cpuScale)) / 1000,
    usedGibibytes: (pods * meanOf(usage.memory?.sketch ?? [], memoryScale)) / 1024 ** 3,
    cost: cost(declared.cpu, declared.memory),
    newCost: cost(declared.newCpu, declared.newMemory),
  }
}

const isCheckout = (one: {
  readonly cluster?: string
  readonly workload: { readonly name: string }
}): boolean => one.cluster === 'prod' && one.workload.name === 'checkout'

let plan: SavedPlan
let figures: ReturnType<typeof computed>

beforeAll(async () => {
  plan = JSON.parse((await onDemo('plan', '-o', 'json')).stdout)
  const file = join(demoFiles, 'snapshot.json')
  const { observations } = parseSnapshot(file, readFileSync(file, 'utf8'))
  const found = observations.find(isCheckout)
  if (found === undefined) throw new Error('the demo has no checkout')
  figures = computed(found)
})

describe('requested, used, cost and saved of a workload are what its recorded usage says', () => {
  it('in the report', async () => {
    const report = JSON.parse((await onDemo('report', '-o', 'json')).stdout) as FleetReport
    const row = report.workloads.find(({ key }) => key === 'prod/shop/Deployment/checkout')
    expect(row?.cpu?.current.requested).toBeCloseTo(figures.requestedCores, 2)
    expect(row?.memory?.current.requested).toBeCloseTo(figures.requestedGibibytes, 2)
    expect(row?.cpu?.current.used).toBeCloseTo(figures.usedCores, 2)
    expect(row?.memory?.current.used).toBeCloseTo(figures.usedGibibytes, 2)
    expect(row?.costPerMonth?.current).toBeCloseTo(figures.cost, 1)
    expect(row?.costPerMonth?.proposed).toBeCloseTo(figures.newCost, 1)
    expect(row?.saves).toBeCloseTo(figures.cost - figures.newCost, 1)
  })

  it('in the backtest of the report, which is that of the plan', async () => {
    const report = JSON.parse((await onDemo('report', '-o', 'json')).stdout) as FleetReport
    const costs = report.workloads
      .filter(({ changes }) => changes.length > 0)
      .map(({ costPerMonth }) => [costPerMonth?.current, costPerMonth?.proposed])
    expect(costs).toEqual(
      plan.backtest?.workloads.map(({ before, after }) => [before.costPerMonth, after.costPerMonth]),
    )
  })

  it('in `plan -o json`', () => {
    const one = plan.backtest?.workloads.find(isCheckout)
    expect(one?.before.requestedCores).toBeCloseTo(figures.requestedCores, 2)
    expect(one?.before.requestedGibibytes).toBeCloseTo(figures.requestedGibibytes, 2)
    expect(one?.before.cpuRequestedOverUsed).toBeCloseTo(figures.requestedCores / figures.usedCores, 1)
    expect(one?.before.memoryRequestedOverUsed).toBeCloseTo(
      figures.requestedGibibytes / figures.usedGibibytes,
      1,
    )
    expect(one?.before.costPerMonth).toBeCloseTo(figures.cost, 1)
    expect(one?.after.costPerMonth).toBeCloseTo(figures.newCost, 1)
  })

  /** `Cost a month: 76.32 USD → 40.50 USD; requested cores: 3 → 1.5`, as a sentence of a backtest says it. */
  const sentence = (): readonly RegExp[] => {
    const { cost, newCost, requestedCores, usedCores } = figures
    const text = (value: number, digits: number) => value.toFixed(digits).replace('.', '\\.')
    return [
      new RegExp(`Cost a month: ${text(cost, 2)} USD → ${text(newCost, 2)} USD`),
      new RegExp(`requested cores: ${Number(requestedCores.toFixed(2))} → `),
      new RegExp(`CPU requested ÷ used: ${text(requestedCores / usedCores, 2)}`),
    ]
  }

  it('in `explain`', async () => {
    const { stdout } = await onDemo('explain', 'prod/shop/Deployment/checkout')
    for (const part of sentence()) expect(stdout).toMatch(part)
  })

  it('in the pull request', () => {
    const text = pullText(plan, 'prod', 'checkout')
    const saved = Math.round(figures.cost - figures.newCost)
    expect(text).toContain(`of \`Deployment/checkout\`** (prod) and saves about ${saved} USD a month.`)
    for (const part of sentence()) expect(text).toMatch(part)
  })
})
