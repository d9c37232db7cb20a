import { stop } from '../plugin/model/problem.ts'

/** How many files and directories of one source are read. Links make a few files look like any number of them. */
const mostEntries = 10_000

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
