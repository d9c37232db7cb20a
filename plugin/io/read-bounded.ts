import { closeSync, openSync, readSync } from 'node:fs'
import { stop } from '../model/problem.ts'

const partBytes = 1024 ** 2

/** A file to read, or an open one by its number, and its name in messages. */
export interface BoundedFile {
  readonly file: string | number
  readonly shown: string
  readonly mostBytes: number
}

/**
 * Returns the text of a file, also of a pipe or a device. Throws `files.unusable` where it is larger than is read: the size that the
 * system states may be less than what comes.
 */
export function readBounded({ file, shown, mostBytes }: BoundedFile): string {
  const descriptor = typeof file === 'number' ? file : openSync(file, 'r')
  try {
    return textOf(descriptor, mostBytes, shown)
  } finally {
    if (typeof file === 'string') closeSync(descriptor)
  }
}

function textOf(descriptor: number, mostBytes: number, shown: string): string {
  const parts: Buffer[] = []
  let bytes = 0
  for (;;) {
    const part = Buffer.allocUnsafe(partBytes)
    const read = readSync(descriptor, part)
    if (read === 0) return Buffer.concat(parts).toString('utf8')
    bytes += read
    parts.push(part.subarray(0, read))
    if (bytes > mostBytes)
      throw stop('files.unusable', `the file is larger than ${mostBytes / partBytes} MiB`, {
        place: { file: shown },
      })
  }
}
