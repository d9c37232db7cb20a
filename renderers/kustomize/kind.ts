import type { Detected, ScannedPlace, SourceRenderer } from '../../plugin/model/renderer.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { sharedDetails } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { cachedByContent } from '../content-cache.ts'
import { keptRenderings } from '../kept-renderings.ts'
import type { RendererKind } from '../kind.ts'
import { applicationDetails, applicationVersions } from '../kind.ts'
import type { RendererPorts } from '../ports.ts'
import { buildKustomization } from './build.ts'
import { findKustomization } from './file.ts'
import { kustomizeInputs } from './inputs.ts'
import { namedPaths } from './named-paths.ts'
import { kustomizationAdditions, kustomizationParameters } from './parameters.ts'
import type { KustomizeSource } from './source.ts'

/** Directories with a kustomization, rendered with `kustomize build`, or with `kubectl kustomize` where only kubectl exists. */
export const kustomize = (ports: RendererPorts): RendererKind<KustomizeSource> => ({
  name: 'kustomize',
  plural: 'kustomizations',
  programs: ['kustomize', 'kubectl'],
  overrides: ['values', 'patch'],
  entry,
  composes: true,
  namedPaths,
  detect: async (place) => detect(place),
  identify: (hint) => ({ kind: 'kustomize', id: hint.path, ...sharedDetails(hint) }),
  rollOutKey: ({ path }) => path,
  isDeployable: async ({ path }, view) => !(await isComponent(path, view)),
  ...cachedByContent(kustomizationRenderer(ports), {
    kept: keptRenderings(ports, [['kustomize', 'kubectl'], ['helm']]),
  }),
  parameters: kustomizationParameters,
  manifests: async (request) => {
    const additions = kustomizationAdditions(request.parameters)
    const details = { ...applicationDetails(request), ...applicationVersions(request) }
    const source: KustomizeSource = { kind: 'kustomize', ...details, additions }
    return { source, text: await buildKustomization(source, request.view, ports) }
  },
})

const kustomizationRenderer = (ports: RendererPorts): SourceRenderer<KustomizeSource> => ({
  inputs: (source, view) => kustomizeInputs(source, view, ports),
  render: async (source, view, options) => ({
    source,
    objects: readObjects(source.path, await buildKustomization(source, view, { ...ports, options })),
  }),
})

/** The names that kustomize accepts for its file. */
const entry = /^(kustomization\.ya?ml|Kustomization)$/

const detect = ({ path, entries = [] }: ScannedPlace): Detected | undefined =>
  entries.some(({ name }) => entry.test(name)) ? { sources: [{ path }] } : undefined

async function isComponent(path: string, view: RepositoryView): Promise<boolean> {
  const file = await findKustomization(view, path)
  const text = file === undefined ? undefined : (await view.read(file))?.text
  return text !== undefined && /^kind: *["']?Component\b/m.test(text)
}
