import { ExpectedStop } from '../../model/problem.ts'
import type { RepositoryView } from '../../model/source.ts'
import type { Candidate } from './candidate.ts'

/**
 * The candidates that the failure of a chart may be about: those of the values that the template reads in the line that the
 * message names. None where the message names no line of a template.
 */
export async function refusedCandidates(
  message: string,
  candidates: readonly Candidate[],
  view: RepositoryView,
): Promise<readonly Candidate[]> {
  const [, file, line] = /([\w./@+-]*templates\/[\w./@+-]+?):(\d+)/.exec(message) ?? []
  const text = file === undefined ? undefined : await lineOf(file, Number(line), view)
  const keys = [...(text ?? '').matchAll(/\.Values\.(\w+(?:\.\w+)*)/g)].map(([, key = '']) => key)
  return candidates.filter(({ path }) => keys.some((key) => concerns(path, key)))
}

/** Whether a path of values is, contains, or is below keys joined by dots. */
function concerns(path: Candidate['path'], key: string): boolean {
  const own = `.${path.filter((step) => typeof step === 'string').join('.')}.`
  return own.includes(`.${key}.`) || key.endsWith(own.slice(1, -1))
}

async function lineOf(file: string, line: number, view: RepositoryView): Promise<string | undefined> {
  try {
    return (await view.read(file))?.text.split('\n')[line - 1]
  } catch (error) {
    if (error instanceof ExpectedStop) return undefined
    throw error
  }
}
