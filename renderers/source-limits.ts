import { stop } from '../plugin/model/problem.ts'

/** How many files and directories of one source are read. Links make a few files look like any number of them. */
const mostEntries = 10_000

/** How many bytes of files one source may have. */
const mostBytes = 256 * 1024 ** 2

/** Returns what to call with the size of each file of a source. It throws `source.render` at one byte too many. */
export function byteLimit(): (bytes: number, file: string) => void {
  let sum = 0
  return (bytes, file) => {
    sum += bytes
    if (sum <= mostBytes) return
    throw stop('source.render', `its files are larger than ${mostBytes / 1024 ** 2} MiB`, { place: { file } })
  }
}

/** Returns what to call for each entry of a source in a directory. It throws `source.render` at one too many. */
export function entryLimit(directory: string): () => void {
  let count = 0
  return () => {
    count += 1
    if (count <= mostEntries) return
    throw stop('source.render', `it has more than ${mostEntries} files and directories, links followed`, {
      place: { file: directory },
      hint: 'Remove links to directories that contain them, or split the source.',
    })
  }
}
