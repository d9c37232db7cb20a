import { ExpectedStop } from '../../model/problem.ts'
import type { RepositoryView } from '../../model/source.ts'
import type { InputPorts } from './ports.ts'

/** What the texts of files say; each is searched once, however many sources read it. */
export interface FileTexts {
  /** Whether a file may declare sources. */
  mayDeclare(file: string): Promise<boolean>
  /** Whether a file may declare sources whose paths are relative or generated. */
  computesPaths(file: string): Promise<boolean>
  /** Whether a file passes a filter of texts. */
  passes(file: string): Promise<boolean>
}

/** Searches files of a repository. Every file passes where there is no filter. */
export function fileTexts({ renderer, view }: InputPorts, filter?: (text: string) => boolean): FileTexts {
  return {
    mayDeclare: once(async (file) => renderer.mayDeclare(file, await textOf(file, view))),
    computesPaths: once(async (file) => renderer.computesPaths(await textOf(file, view))),
    passes: once(async (file) => filter?.(await textOf(file, view)) ?? true),
  }
}

function once<T>(ask: (file: string) => Promise<T>): (file: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>()
  return (file) => {
    const answer = answers.get(file) ?? ask(file)
    answers.set(file, answer)
    return answer
  }
}

/** Whether a test holds for one of some files; those after it are not tested. */
export async function someOf(
  files: readonly string[],
  test: (file: string) => Promise<boolean>,
): Promise<boolean> {
  for (const file of files) if (await test(file)) return true
  return false
}

/** The text of a YAML or JSON file; empty for any other file, and for a file that is not text. */
async function textOf(file: string, view: RepositoryView): Promise<string> {
  if (!/\.(ya?ml|json|tpl)$/.test(file)) return ''
  try {
    return (await view.read(file))?.text ?? ''
  } catch (error) {
    if (error instanceof ExpectedStop) return ''
    throw error
  }
}
