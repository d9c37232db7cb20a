import { textField } from './protobuf.ts'

/** One series to write: its name among the labels, and samples in rising order of time. */
export interface WrittenSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [seconds: number, value: number])[]
}

const field = (number: number, parts: readonly Buffer[]): Buffer => {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const length: number[] = []
  let rest = size
  for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128)
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length, rest]), ...parts])
}

/** A series as a `TimeSeries` of https://github.com/prometheus/prometheus/blob/main/prompb/types.proto */
function encode({ labels, samples }: WrittenSeries): Buffer {
  const names = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))
  const bytes = Buffer.alloc(samples.length * 18)
  let at = 0
  for (const [seconds, value] of samples) {
    // A sample of 16 bytes: its value, then its time in milliseconds as a varint of six bytes.
    bytes.writeUInt16BE(0x1210, at)
    bytes[at + 2] = 0x09
    bytes.writeDoubleLE(value, at + 3)
    bytes[at + 11] = 0x10
    let rest = seconds * 1000
    for (let byte = 12; byte < 18; byte += 1) {
      bytes[at + byte] = (rest % 128) + (byte < 17 ? 128 : 0)
      rest = Math.floor(rest / 128)
    }
    at += 18
  }
  return field(1, [
    ...names.map(([name, value]) => field(1, [textField(1, name), textField(2, value)])),
    bytes,
  ])
}

/** Snappy's block format, all of it literal: https://github.com/google/snappy/blob/main/format_description.txt */
function unpressed(body: Buffer): Buffer {
  const head: number[] = []
  let rest = body.length
  for (; rest > 127; rest = Math.floor(rest / 128)) head.push((rest % 128) + 128)
  const literal = Buffer.alloc(5)
  literal[0] = 252
  literal.writeUInt32LE(body.length - 1, 1)
  return Buffer.concat([Buffer.from([...head, rest]), literal, body])
}

/** Writes series to a Prometheus by remote write. Samples of later calls must be later in time. */
export async function remoteWrite(url: string, series: readonly WrittenSeries[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: new Uint8Array(unpressed(Buffer.concat(series.map(encode)))),
  })
  if (!response.ok) throw new Error(`Prometheus did not take the samples: ${await response.text()}`)
}
