import * as z from 'zod'
import { printedNumber, readSamples, type Samples } from './samples.ts'

/** The fields around the result in a response of the Prometheus HTTP API. */
export const envelopeSchema = z.object({
  status: z.enum(['success', 'error']),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).optional(),
})
export type Envelope = z.infer<typeof envelopeSchema>

const sampleSchema = z.tuple([z.number(), z.string()])
const elementSchema = z.object({
  metric: z.record(z.string(), z.string()),
  value: sampleSchema.optional(),
  values: z.array(sampleSchema).optional(),
})

/** One series of a response. */
export interface Series extends Samples {
  readonly labels: Readonly<Record<string, string>>
}

/** Thrown for a response that is not one of the Prometheus HTTP API. */
export class MalformedResponse extends Error {
  override readonly name = 'MalformedResponse'
}

/** Parses a response as it arrives. */
export interface ResponseReader {
  /** Parses the next part of the text. Throws `MalformedResponse`. */
  push(text: string): void
  /** The envelope of the whole response. Throws `MalformedResponse` when the text is not one. */
  finish(): Envelope
  /** True once the text starts like a response of the API: if it is malformed later, it was cut. */
  begun(): boolean
}

const [quote, backslash, comma] = [34, 92, 44]
const bracket = 91
const samplesKey = '"values":[['
const opens = new Set([91, 123])
const closes = new Set([93, 125])
/** Depth of the items of `data.result` in the JSON of a response. */
const itemDepth = 3

/**
 * Makes a reader that calls `onSeries` for each series as soon as it is complete, and keeps the rest for the envelope.
 * A day of a large cluster is hundreds of megabytes of JSON, more than one string can hold.
 */
export function responseReader(onSeries: (series: Series) => void): ResponseReader {
  const state = { depth: 0, inText: false, escaped: false, inItem: false, item: '', rest: '' }

  const step = (code: number): 'item-start' | 'item-end' | 'separator' | undefined => {
    if (state.inText) {
      if (state.escaped) state.escaped = false
      else if (code === backslash) state.escaped = true
      else if (code === quote) state.inText = false
    } else if (code === quote) state.inText = true
    else if (opens.has(code)) {
      state.depth += 1
      if (state.depth === itemDepth + 1 && code === 123) return 'item-start'
    } else if (closes.has(code)) {
      state.depth -= 1
      if (state.depth === itemDepth && state.inItem) return 'item-end'
    } else if (code === comma && state.depth === itemDepth) return 'separator'
    return undefined
  }

  const push = (text: string): void => {
    let from = 0
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      // Samples contain neither brackets nor escapes, so their end can be searched for.
      if (
        code === bracket &&
        state.inItem &&
        !state.inText &&
        text.startsWith(samplesKey, at + 2 - samplesKey.length)
      ) {
        const end = text.indexOf(']]', at)
        if (end > 0) {
          at = end + 1
          continue
        }
      }
      const event = step(code)
      if (event === undefined) continue
      if (event === 'item-end') {
        onSeries(parseSeries(state.item + text.slice(from, at + 1)))
        state.item = ''
      } else state.rest += text.slice(from, at)
      state.inItem = event === 'item-start'
      from = event === 'item-start' ? at : at + 1
    }
    if (state.inItem) state.item += text.slice(from)
    else state.rest += text.slice(from)
  }

  return {
    push,
    finish: () => parse(envelopeSchema, state.rest),
    begun: () => /^\s*\{\s*"status"/.test(state.rest),
  }
}

/** Parses the labels as JSON, and the samples with their own reader unless they are written in an unusual way. */
function parseSeries(text: string): Series {
  const at = text.indexOf(samplesKey)
  const samples = at < 0 ? undefined : readSamples(text, at + samplesKey.length - 1)
  const rest = samples === undefined ? text : `${text.slice(0, at)}"values":[]}`
  const { metric, value, values = [] } = parse(elementSchema, rest)
  if (samples !== undefined) return { labels: metric, ...samples }
  const pairs = value === undefined ? values : [value]
  return {
    labels: metric,
    times: pairs.map(([time]) => time),
    values: pairs.map(([, text]) => printedNumber(text)),
  }
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new MalformedResponse('the response is not that of the Prometheus API', { cause })
  }
}
