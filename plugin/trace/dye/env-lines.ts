import type { ViewFile } from '../../model/source.ts'
import type { Candidate } from './candidate.ts'
import type { Classifier } from './classify.ts'

/** Whether a path is that of a file with variables, from which kustomize generates a ConfigMap. */
export const isEnvFile = (path: string): boolean => /(^|[./])env$/.test(path)

/** The values of variables in a file of lines `NAME=value` that may set a field through a generated ConfigMap. */
export function envLines(
  { path, text }: ViewFile,
  classify: Classifier,
): readonly Omit<Candidate, 'role' | 'topLayer'>[] {
  let start = 0
  return text.split('\n').flatMap((line, index) => {
    const lineStart = start
    start += line.length + 1
    const [, lead = '', name = '', value = ''] = /^(\s*([A-Za-z_][\w.-]*)=)([\w.]+)\s*$/.exec(line) ?? []
    const column = lead.length + 1
    const range = [lineStart + lead.length, lineStart + lead.length + value.length] as const
    const scalar = {
      document: 0,
      path: [name],
      range,
      value,
      quote: '' as const,
      siblings: new Map<string, string>(),
    }
    const type = name === '' ? undefined : classify(scalar)
    if (type === undefined) return []
    const { siblings: _, ...found } = scalar
    return [{ ...found, file: path, line: index + 1, column, text: value, type }]
  })
}
