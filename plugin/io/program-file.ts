import { open } from 'node:fs/promises'

/** What a program needs of the host beside its own file. `static`: nothing. Otherwise an interpreter or libraries. */
export type ProgramForm = 'static' | 'dynamic' | 'script'

const headBytes = 4096

/** Reads the first bytes of a program. A file that is neither a script nor ELF counts as `dynamic`. */
export async function programForm(file: string): Promise<ProgramForm> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return formOf(buffer.subarray(0, bytesRead))
  } finally {
    await handle.close()
  }
}

/** https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html */
const interpreterSegment = 3

function formOf(head: Buffer): ProgramForm {
  if (head.toString('latin1', 0, 2) === '#!') return 'script'
  const isElf = head.toString('latin1', 0, 4) === '\u007fELF'
  const is64LittleEndian = head[4] === 2 && head[5] === 1
  if (!isElf || !is64LittleEndian || head.length < 64) return 'dynamic'
  const [start, size, count] = [
    Number(head.readBigUInt64LE(32)),
    head.readUInt16LE(54),
    head.readUInt16LE(56),
  ]
  const types = Array.from({ length: count }, (_, index) => start + index * size)
    .filter((at) => at + 4 <= head.length)
    .map((at) => head.readUInt32LE(at))
  return types.length < count || types.includes(interpreterSegment) ? 'dynamic' : 'static'
}
