import { packBytes, unpackBytes } from './packing.ts'
import type { Sketch } from './sketch.ts'

/**
 * Packs sketches as base64: for each, the number of buckets (one byte), then bucket (one byte) and weight (seven bits a byte, lowest
 * first; the highest bit says that one more follows) of each. Weights are rounded to whole numbers, and are 1 at least.
 */
export function packSketches(sketches: readonly Sketch[]): string {
  const bytes: number[] = []
  for (const sketch of sketches) pushSketch(bytes, sketch)
  return packBytes(Uint8Array.from(bytes))
}

/** Appends a sketch to bytes, as `packSketches` packs it. */
export function pushSketch(bytes: number[], sketch: Sketch): void {
  bytes.push(sketch.length)
  for (const [bucket, weight] of sketch) {
    bytes.push(bucket)
    let left = Math.max(1, Math.round(weight))
    for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) + 128)
    bytes.push(left)
  }
}

/** Unpacks so many sketches. Throws when `packed` is not the output of `packSketches`, or has fewer. */
export function unpackSketches(packed: string, count: number): readonly Sketch[] {
  const bytes = unpackBytes(packed)
  let at = 0
  const next = (): number => {
    const byte = bytes[at++]
    if (byte === undefined) throw new RangeError('the sketches are cut off')
    return byte
  }
  const weightOf = (): number => {
    let [weight, unit, byte] = [0, 1, next()]
    for (; byte > 127; byte = next()) {
      weight += (byte - 128) * unit
      unit *= 128
    }
    return weight + byte * unit
  }
  return Array.from({ length: count }, () =>
    Array.from({ length: next() }, (): readonly [number, number] => [next(), weightOf()]),
  )
}
