import { type ExpectedStop, stop } from '../../plugin/model/problem.ts'
import { strictTexts } from './strict-yaml.ts'

/**
 * Why a kustomization of generators, transformers or validators must not be rendered: it has more than resources, such as a
 * patch, which may change any path of theirs. `undefined` where it has resources alone. Throws `source.render` for a file
 * that cannot be read for certain.
 */
export function changeOfPlugins(file: string, content: string): ExpectedStop | undefined {
  const found = strictTexts(file, content).find(
    ({ isKey, keys, text }) => isKey && keys.length === 0 && !plainFields.has(text),
  )
  if (found === undefined) return undefined
  return stop(
    'source.render',
    'a kustomization of generators, transformers or validators has more than resources',
    {
      place: { file, line: found.line, column: found.column },
      hint: 'Name the files of the plugins directly, with their final content.',
    },
  )
}

const plainFields = new Set(['apiVersion', 'kind', 'metadata', 'resources'])
