import { closeSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { stop } from '../model/problem.ts'

const partBytes = 1024 ** 2

/** A file, its name in messages, and the longest line that is read, in UTF-16 units. */
export interface LinesOfFile {
  readonly file: string
  readonly shown: string
  readonly longest: number
}

/**
 * The lines of a text file, without their ends, one after the other: only one is in memory. Throws `files.unusable` for a longer
 * line than is read.
 */
export function* fileLines({ file, shown, longest }: LinesOfFile): Generator<string> {
  const descriptor = openSync(file, 'r')
  try {
    const [decoder, part] = [new StringDecoder('utf8'), Buffer.allocUnsafe(partBytes)]
    let rest = ''
    for (let read = -1; read !== 0; ) {
      read = readSync(descriptor, part)
      const [head = '', ...others] = (
        read === 0 ? decoder.end() : decoder.write(part.subarray(0, read))
      ).split('\n')
      const lines = [rest + head, ...others]
      rest = lines.pop() ?? ''
      yield* lines
      if (rest.length > longest)
        throw stop('files.unusable', `a line of the file is larger than ${longest / partBytes} MiB`, {
          place: { file: shown },
        })
    }
    if (rest !== '') yield rest
  } finally {
    closeSync(descriptor)
  }
}
