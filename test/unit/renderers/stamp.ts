import { parse, stringify } from 'yaml'
import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../../plugin/model/json.ts'
import type { InputFile, RepositoryView, Source } from '../../../plugin/model/source.ts'
import { sharedDetails } from '../../../plugin/model/source.ts'
import type { RendererKind } from '../../../renderers/kind.ts'
import { applicationDetails } from '../../../renderers/kind.ts'

/**
 * A kind of source that no program knows: a directory with a `stamp.yaml`, which names a workload and its resources.
 * Values that it does not set come from `defaults.yaml` at the root of the repository.
 */
export const stamp = (): RendererKind => ({
  name: 'stamp',
  plural: 'stamps',
  programs: [],
  overrides: ['values'],
  entry: /^stamp\.yaml$/,
  detect: async ({ path, entries = [] }) =>
    entries.some(({ name }) => name === 'stamp.yaml') ? { sources: [{ path }], whole: true } : undefined,
  identify: (hint) => ({ kind: 'stamp', id: hint.path, ...sharedDetails(hint) }),
  rollOutKey: ({ path }) => path,
  inputs: async (source) => [defaults, ownValues(source)],
  render: async (source, view, options) => ({
    source,
    objects: [await deployment(source, view, options?.extraValues)],
  }),
  parameters: { greeting: { title: 'Greeting', tooltip: 'Any text', shape: 'string', usual: 'hello' } },
  manifests: async (request) => {
    const source: Source = { kind: 'stamp', ...applicationDetails(request) }
    const object = await deployment(source, request.view)
    return { source, text: `# ${request.parameters.text('greeting')}\n${stringify(object)}` }
  },
})

const defaults: InputFile = {
  path: 'defaults.yaml',
  at: 'defaults.yaml',
  role: 'chart-values',
  topLayer: false,
}

function ownValues({ path }: Source): InputFile {
  const file = `${path}/stamp.yaml`
  return { path: file, at: file, role: 'values', topLayer: true }
}

async function deployment(source: Source, view: RepositoryView, extraValues = '{}'): Promise<JsonObject> {
  const files = await Promise.all([defaults, ownValues(source)].map(({ path }) => view.read(path)))
  const layers = [...files.map((file) => file?.text ?? '{}'), extraValues]
  const values = layers.map((text) => parse(text) as Json).reduce(merged, {})
  const container = { name: 'app', image: 'app', resources: valueAt(values, ['resources']) ?? {} }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: textOf(valueAt(values, ['name'])) ?? 'app' },
    spec: { template: { spec: { containers: [container] } } },
  }
}

function merged(lower: Json, upper: Json): Json {
  if (!isJsonObject(lower) || !isJsonObject(upper)) return upper
  const keys = [...new Set([...Object.keys(lower), ...Object.keys(upper)])]
  const entries = keys.map((key): readonly [string, Json] => {
    const [below, above] = [lower[key], upper[key]]
    return [key, above === undefined ? (below ?? null) : below === undefined ? above : merged(below, above)]
  })
  return Object.fromEntries(entries)
}
