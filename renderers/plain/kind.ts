import { stop } from '../../plugin/model/problem.ts'
import type { Detected, ScannedPlace } from '../../plugin/model/renderer.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { sharedDetails } from '../../plugin/model/source.ts'
import { readFileObjects } from '../../plugin/yaml/objects.ts'
import type { RendererKind } from '../kind.ts'
import { applicationDetails } from '../kind.ts'
import { chosenFiles } from './files.ts'
import { directoryOptions, directoryParameters } from './parameters.ts'
import type { PlainSource } from './source.ts'
import { directoryText } from './text.ts'

/** Manifests that are applied as they are: a file, or every YAML and JSON file below a directory. */
export const plain = (): RendererKind<PlainSource> => ({
  name: 'plain',
  plural: 'manifests',
  programs: [],
  overrides: ['patch'],
  detect: async (place) => detect(place),
  identify: (hint) => ({ kind: 'plain', id: hint.path, ...sharedDetails(hint) }),
  rollOutKey: ({ path }) => path,
  inputs,
  render: async (source, view) => {
    const files = await chosenFiles(source, view)
    const texts = await Promise.all(files.map(({ at }) => view.read(at)))
    return {
      source,
      objects: texts.flatMap((found) => (found ? readFileObjects(found.path, found.text) : [])),
    }
  },
  parameters: directoryParameters,
  manifests: async (request) => {
    const source: PlainSource = { kind: 'plain', ...applicationDetails(request) }
    return { source, text: await directoryText(source, request.view, directoryOptions(request.parameters)) }
  },
})

/** Any place is a directory of manifests, or one file of them, that no other kind takes. Discovery lists none by itself. */
function detect({ path, entries = [] }: ScannedPlace): Detected {
  const files = entries.filter(({ name, kind }) => kind === 'file' && /\.(ya?ml|json)$/.test(name))
  return { sources: [], loose: files.map(({ name }) => (path === '.' ? name : `${path}/${name}`)) }
}

async function inputs(source: PlainSource, view: RepositoryView) {
  const files = await chosenFiles(source, view)
  if (files.length > 0) return files
  throw stop('source.unknown', 'no manifests found here', { place: { file: source.path } })
}
