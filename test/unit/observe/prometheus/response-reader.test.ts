import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  MalformedResponse,
  responseReader,
  type Series,
} from '../../../../plugin/observe/prometheus/response-reader.ts'

const read = (pieces: readonly string[]) => {
  const series: Series[] = []
  const reader = responseReader((one) => series.push(one))
  for (const piece of pieces) reader.push(piece)
  return { envelope: reader.finish(), series }
}

const values = { NaN: Number.NaN, '+Inf': Number.POSITIVE_INFINITY, '-Inf': Number.NEGATIVE_INFINITY }
const numberOf = (text: string): number => values[text as keyof typeof values] ?? Number(text)
const printed = fc.oneof(
  fc.constantFrom('1', '-0.5', '123456789012345.6', '1e-7', ...Object.keys(values)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
)

const arbitrarySeries = fc.record({
  metric: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  values: fc.array(fc.tuple(fc.integer(), printed), { maxLength: 4 }),
})

describe('responseReader', () => {
  it('delivers the same series wherever the text is split, and whatever surrounds them', () => {
    fc.assert(
      fc.property(
        fc.array(arbitrarySeries, { maxLength: 4 }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        fc.array(fc.string(), { maxLength: 2 }),
        fc.constantFrom(undefined, 1),
        (result, cuts, warnings, indent) => {
          const text = JSON.stringify(
            {
              status: 'success',
              isPartial: false,
              data: { resultType: 'matrix', result, stats: {} },
              warnings,
            },
            null,
            indent,
          )
          const ends = [...cuts].sort((one, other) => one - other)
          const pieces = [0, ...ends].map((from, at) => text.slice(from, ends[at] ?? text.length))
          const { envelope, series } = read(pieces)
          expect(envelope).toEqual({ status: 'success', warnings })
          expect(series).toEqual(
            result.map(({ metric, values }) => ({
              labels: metric,
              times: values.map(([time]) => time),
              values: values.map(([, text]) => numberOf(text)),
            })),
          )
        },
      ),
      { seed: 1, numRuns: 300 },
    )
  })

  it.each([
    '',
    '<html></html>',
    '{"status":"success"',
    '{"status":"fine"}',
    '{"data":{"result":[{"metric":1}]}}',
    '[]]]',
  ])('rejects %j', (text) => {
    expect(() => read([text])).toThrow(MalformedResponse)
  })
})
