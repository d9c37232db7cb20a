import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytes,
  formatCpu,
  formatGoMemory,
  formatMemory,
  millicores,
  parseGoMemory,
  parseQuantity,
  toBytes,
  toMillicores,
} from '../../../plugin/model/quantity.ts'

const seed = 20260914

describe('reading quantities', () => {
  it.each([
    ['1', 1_000_000_000n],
    ['1000m', 1_000_000_000n],
    ['0.5', 500_000_000n],
    ['.5', 500_000_000n],
    ['5.', 5_000_000_000n],
    ['100n', 100n],
    ['2u', 2000n],
    ['1k', 1_000_000_000_000n],
    ['1M', 1_000_000_000_000_000n],
    ['1E', 10n ** 27n],
    ['1Ki', 1024n * 10n ** 9n],
    ['1.5Gi', 1_610_612_736n * 10n ** 9n],
    ['2Ei', 2n * 1024n ** 6n * 10n ** 9n],
    ['1e3', 1_000_000_000_000n],
    ['1E3', 1_000_000_000_000n],
    ['12e-3', 12_000_000n],
    ['-1', -1_000_000_000n],
    ['+1m', 1_000_000n],
    ['0', 0n],
  ])('reads %s', (text, nano) => {
    expect(parseQuantity(text)?.nano).toBe(nano)
  })

  it.each([
    '',
    ' ',
    'm',
    '1 Gi',
    '1gi',
    '1KiB',
    '1mi',
    'abc',
    '1.2.3',
    '0x10',
    '1_000',
    '1e',
    '--1',
    '1Zi',
    'NaN',
  ])('rejects %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined()
  })

  it('rounds values finer than a nano-unit up, as Kubernetes does', () => {
    expect(parseQuantity('0.0000000001')?.nano).toBe(1n)
    expect(parseQuantity('1.1n')?.nano).toBe(2n)
  })

  // Upstream vectors of KRR's parser: the integer part of each is 128974848.
  it.each(['128974848', '128.974848e6', '128.9748480M', '128974848000m', '123Mi', '128974848e0'])(
    'reads %s as 123 MiB of memory',
    (text) => {
      expect(toBytes(text)).toBe(128_974_848)
    },
  )

  it('rounds CPU up to whole millicores', () => {
    expect(toMillicores('0.0001')).toBe(1)
    expect(toMillicores('1500u')).toBe(2)
    expect(toMillicores(2)).toBe(2000)
  })
})

describe("printing in the author's unit family", () => {
  it.each([
    [250, '500m', '250m'],
    [1500, '2', '1500m'],
    [3000, '2', '3'],
    [250, '0.5', '0.25'],
    [1000, '0.5', '1.0'],
    [2000, '500m', '2000m'],
  ])('prints %d millicores beside %s as %s', (value, like, text) => {
    expect(formatCpu(millicores(value), like)).toBe(text)
  })

  it.each([
    [1024 ** 3, '512Mi', '1024Mi'],
    [1024 ** 3, '2Gi', '1Gi'],
    [768 * 1024 ** 2, '1Gi', '768Mi'],
    [300e6, '1G', '300M'],
    [2e9, '1G', '2G'],
    [100 * 1024 ** 2, '1048576', '104857600'],
    [1024 ** 2 + 1, '1Mi', '2Mi'],
    [2048, '4Ki', '2Ki'],
  ])('prints %d bytes beside %s as %s', (value, like, text) => {
    expect(formatMemory(bytes(value), like)).toBe(text)
  })

  it.each([
    [512 * 1024 ** 2, '1900MiB', '512MiB'],
    [512 * 1024 ** 2, '1GiB', '512MiB'],
    [2 * 1024 ** 3, '1GiB', '2GiB'],
    [1000, '1', '1000'],
    [1024 ** 2 + 5, '1MiB', '1MiB'],
  ])('prints a GOMEMLIMIT of %d beside %s as %s', (value, like, text) => {
    expect(formatGoMemory(bytes(value), like)).toBe(text)
  })

  it('does not read GOMEMLIMIT=off as a number', () => {
    expect(parseGoMemory('off')).toBeUndefined()
  })
})

describe('laws', () => {
  const suffixes = fc.constantFrom(
    '',
    'm',
    'u',
    'n',
    'k',
    'M',
    'G',
    'T',
    'P',
    'E',
    'Ki',
    'Mi',
    'Gi',
    'Ti',
    'Pi',
    'Ei',
  )
  const written = fc
    .tuple(fc.nat(999_999), fc.option(fc.nat(999), { nil: undefined }), suffixes)
    .map(([whole, fraction, suffix]) => `${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`)

  it('every well-formed text has a value, and another notation of the same number has the same value', () => {
    fc.assert(
      fc.property(written, (text) => {
        const nano = parseQuantity(text)?.nano
        expect(nano).toBeDefined()
        expect(parseQuantity(`+${text}`)?.nano).toBe(nano)
        expect(parseQuantity(`0${text}`)?.nano).toBe(nano)
      }),
      { seed, numRuns: 2000 },
    )
  })

  it('printed CPU is read back as the same number in every style', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), written, (value, like) => {
        expect(toMillicores(formatCpu(millicores(value), like))).toBe(value)
      }),
      { seed, numRuns: 2000 },
    )
  })

  it('printed memory is never less than the value, and less than one step more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 45 }), written, (value, like) => {
        const read = toBytes(formatMemory(bytes(value), like)) ?? 0
        expect(read).toBeGreaterThanOrEqual(value)
        expect(read - value).toBeLessThan(1024 ** 2)
      }),
      { seed, numRuns: 2000 },
    )
  })
})
