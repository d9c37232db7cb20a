import type { InputFile, RepositoryView } from '../../../../plugin/model/source.ts'
import type { Candidate } from '../../../../plugin/trace/dye/candidate.ts'
import type { Classifier } from '../../../../plugin/trace/dye/classify.ts'
import { classifyByName } from '../../../../plugin/trace/dye/classify.ts'
import { findCandidates } from '../../../../plugin/trace/dye/find-candidates.ts'
import { memoryView } from '../../memory-view.ts'

/** A file that a source reads, of the top layer's values unless said otherwise. */
export const inputFile = (path: string, more: Partial<InputFile> = {}): InputFile => ({
  path,
  at: path,
  role: 'values',
  topLayer: true,
  ...more,
})

/** The candidates in files of values, and the view that they are in. */
export async function candidatesIn(
  files: Readonly<Record<string, string>>,
  classify: Classifier = classifyByName,
): Promise<{ readonly view: RepositoryView; readonly candidates: readonly Candidate[] }> {
  const view = memoryView(files)
  const inputs = Object.keys(files).map((path) => inputFile(path))
  return { view, candidates: await findCandidates(inputs, view, classify) }
}
