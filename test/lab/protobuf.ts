/** The parts of Protocol Buffers that the lab uses: texts, bytes and messages, each with a length. https://protobuf.dev/programming-guides/encoding/ */
export interface WireField {
  readonly number: number
  readonly bytes: Buffer
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return Buffer.from([...bytes, rest])
}

/** A field that holds bytes or a message. */
export const bytesField = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])

/** A field that holds a text. */
export const textField = (number: number, text: string): Buffer => bytesField(number, Buffer.from(text))

/** The fields of a message that have a length. Numbers are skipped. */
export function fieldsIn(message: Buffer): readonly WireField[] {
  const fields: WireField[] = []
  let at = 0
  const next = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++] ?? 0
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  while (at < message.length) {
    const key = next()
    const size = next()
    if (key % 8 !== 2) continue
    fields.push({ number: Math.floor(key / 8), bytes: message.subarray(at, at + size) })
    at += size
  }
  return fields
}

/** A message as gRPC sends it: a flag, a length, the message. */
export function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** The messages of a gRPC body. */
export function unframed(body: Buffer): readonly Buffer[] {
  const messages: Buffer[] = []
  for (let at = 0; at + 5 <= body.length; ) {
    const size = body.readUInt32BE(at + 1)
    messages.push(body.subarray(at + 5, at + 5 + size))
    at += 5 + size
  }
  return messages
}
