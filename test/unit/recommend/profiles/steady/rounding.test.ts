import { describe, expect, it } from 'vitest'
import {
  nearestRound,
  roundCpu,
  roundMemory,
} from '../../../../../plugin/recommend/profiles/steady/rounding.ts'
import { steady } from '../../../../../plugin/recommend/profiles/steady/steady.ts'
import { options } from './rule-builders.ts'

const Mi = 1024 ** 2

describe('rounding', () => {
  it.each([
    [0, 10],
    [9.1, 10],
    [10, 10],
    [10.2, 11],
    [99, 99],
    [99.4, 100],
    [100, 100],
    [100.1, 105],
    [104, 105],
    [495, 495],
    [496, 500],
    [500, 500],
    [501, 510],
    [1234, 1240],
    [110.00000000001, 110],
    [110.00001, 115],
  ])('rounds %d millicores up to %d', (value, rounded) => {
    expect(roundCpu(value)).toBe(rounded)
  })

  it.each([
    [0, 16],
    [16, 16],
    [16.5, 17],
    [63, 63],
    [63.5, 64],
    [64, 64],
    [65, 68],
    [508, 508],
    [509, 512],
    [512, 512],
    [513, 528],
    [1024, 1024],
  ])('rounds %d MiB up to %d', (value, rounded) => {
    expect(roundMemory(value * Mi)).toBe(rounded * Mi)
  })

  it.each([
    ['cpu', 50.4, 50],
    ['cpu', 50.6, 51],
    ['cpu', 102, 100],
    ['cpu', 103, 105],
    ['cpu', 504, 500],
    ['cpu', 506, 510],
    ['memory', 20.4 * Mi, 20 * Mi],
    ['memory', 65 * Mi, 64 * Mi],
    ['memory', 67 * Mi, 68 * Mi],
    ['memory', 519 * Mi, 512 * Mi],
    ['memory', 521 * Mi, 528 * Mi],
  ] as const)('rounds %s of %d to the nearest value, %d', (resource, value, rounded) => {
    expect(nearestRound(resource, value)).toBe(rounded)
  })
})

it('the steady profile accepts usage above the CPU request for the time that `cpuPercentile` does not cover', () => {
  expect(steady.acceptedTimeAbove({ ...options, cpuPercentile: 75 })).toBe(0.25)
})
