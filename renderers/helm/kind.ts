import { posix } from 'node:path'
import { valueAt } from '../../plugin/model/json.ts'
import type { Detected, ScannedPlace, SourceRenderer } from '../../plugin/model/renderer.ts'
import type { SourceHint } from '../../plugin/model/source.ts'
import { sharedDetails } from '../../plugin/model/source.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { cachedByContent } from '../content-cache.ts'
import { keptRenderings } from '../kept-renderings.ts'
import type { RendererKind } from '../kind.ts'
import type { RendererPorts } from '../ports.ts'
import { parsedChartFile } from './dependencies.ts'
import { helmInputs } from './inputs.ts'
import { chartParameters, chartRequest } from './parameters.ts'
import { releaseNames } from './release-names.ts'
import type { HelmSource } from './source.ts'
import { templateChart } from './template.ts'
import { findValuesFiles } from './values-files.ts'

/** Charts, rendered with `helm template`: no cluster, no plugins, no post-renderers, no download of dependencies. */
export const helm = (ports: RendererPorts): RendererKind<HelmSource> => ({
  name: 'helm',
  plural: 'charts',
  programs: ['helm'],
  overrides: ['values'],
  entry: /^Chart\.yaml$/,
  detect: async (place) => detect(place),
  identify,
  rollOutKey: ({ path, values }) => [path, ...values].join('\0'),
  variants: findValuesFiles,
  releaseNames,
  // A library chart only lends its templates to others.
  isDeployable: async ({ path }, view) =>
    valueAt(await parsedChartFile(posix.join(path, 'Chart.yaml'), view), ['type']) !== 'library',
  // Markers change how a chart is rendered only where a schema would refuse them.
  ...cachedByContent(chartRenderer(ports), {
    kept: keptRenderings(ports, [['helm']]),
    variesWithMarkers: (files) => files.some(({ path }) => path.endsWith('values.schema.json')),
  }),
  parameters: chartParameters,
  manifests: async (request) => {
    const { source, options } = await chartRequest(request)
    return { source, text: await templateChart(source, { view: request.view, options }, ports) }
  },
})

const chartRenderer = (ports: RendererPorts): SourceRenderer<HelmSource> => ({
  inputs: (source, view) => helmInputs(source, view, ports),
  render: async (source, view, options = {}) => ({
    source,
    objects: readObjects(source.path, await templateChart(source, { view, options }, ports)),
  }),
})

/** A chart by itself, and with each of the values files that are beside its own. Charts vendored in it are a part of it. */
function detect({ path, entries = [] }: ScannedPlace): Detected | undefined {
  if (!entries.some(({ name }) => name === 'Chart.yaml')) return undefined
  const beside = entries.filter(
    ({ name, kind }) => kind === 'file' && /^values[-_.].*\.ya?ml$|^.*[-_.]values\.ya?ml$/.test(name),
  )
  const at = (name: string): string => (path === '.' ? name : `${path}/${name}`)
  return { sources: [{ path }, ...beside.map(({ name }) => ({ path, values: [at(name)] }))], whole: true }
}

function identify(hint: SourceHint): HelmSource {
  const { path, release = releaseName(path), values = [], kubeVersion, apiVersions, charts } = hint
  return {
    kind: 'helm',
    id: `${release}: ${[path, ...values].join(' + ')}`,
    ...sharedDetails(hint),
    release,
    values,
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(apiVersions === undefined ? {} : { apiVersions }),
    ...(charts === undefined ? {} : { charts }),
  }
}

/** The name of the directory, changed to what Helm accepts as the name of a release. */
const releaseName = (path: string): string =>
  (path.split('/').at(-1) ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 53) || 'release'
