import { isJsonObject, type Json, type JsonObject } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import { parseDocuments } from '../../plugin/yaml/parse.ts'
import type { ParameterReader, ParameterTable } from '../parameters.ts'
import { namespaceParameter, versionParameters } from '../parameters.ts'

/** The plugin parameters of an Application that renders a kustomization: those of Argo CD's own Kustomize source. */
export const kustomizationParameters = {
  ...namespaceParameter,
  ...versionParameters,
  'name-prefix': {
    title: 'Name prefix',
    tooltip: 'In place of the namePrefix of the kustomization',
    shape: 'string',
  },
  'name-suffix': {
    title: 'Name suffix',
    tooltip: 'In place of the nameSuffix of the kustomization',
    shape: 'string',
  },
  images: {
    title: 'Images',
    tooltip: 'name:tag, name@digest or name=other:tag, as kustomize edit set image takes them',
    shape: 'array',
  },
  replicas: { title: 'Replicas', tooltip: 'Counts by name of the workload', shape: 'map' },
  'common-labels': {
    title: 'Common labels',
    tooltip: 'Labels for every object; they win over those of the kustomization',
    shape: 'map',
  },
  'label-without-selector': {
    title: 'Labels without selectors',
    tooltip: 'true does not change selectors',
    shape: 'string',
    usual: 'false',
  },
  'label-include-templates': {
    title: 'Labels in templates',
    tooltip: 'Only with label-without-selector: true labels pods too',
    shape: 'string',
    usual: 'false',
  },
  'common-annotations': {
    title: 'Common annotations',
    tooltip: 'Annotations for every object; they win over those of the kustomization',
    shape: 'map',
  },
  components: {
    title: 'Components',
    tooltip: 'Directories of components, relative to the kustomization',
    shape: 'array',
  },
  patches: {
    title: 'Patches',
    tooltip: 'YAML list of patches, applied after those of the kustomization',
    shape: 'string',
  },
} as const satisfies ParameterTable

/** What the parameters add to a kustomization, as Argo CD's own options do: lists are appended, other keys replaced. */
export function kustomizationAdditions(parameters: ParameterReader): JsonObject {
  const { text, list } = parameters
  const additions: Readonly<Record<string, Json | undefined>> = {
    namePrefix: text('name-prefix'),
    nameSuffix: text('name-suffix'),
    namespace: text('namespace'),
    images: filled(list('images').map(imageOf)),
    replicas: filled(parameters.map('replicas').map(replicasOf)),
    ...labelsOf(parameters),
    commonAnnotations: mapped(parameters.map('common-annotations')),
    components: filled(list('components')),
    patches: patchesOf(text('patches')),
  }
  const given = Object.entries(additions).filter((entry): entry is [string, Json] => entry[1] !== undefined)
  return Object.fromEntries(given)
}

const filled = <T>(all: readonly T[]): T[] | undefined => (all.length === 0 ? undefined : [...all])

const mapped = (pairs: readonly (readonly [string, string])[]): JsonObject | undefined =>
  pairs.length === 0 ? undefined : Object.fromEntries(pairs)

/** `name=new:tag`, `name=new@digest`, `name:tag` or `name@digest`. https://github.com/kubernetes-sigs/kustomize/blob/master/kustomize/commands/edit/set/setimage.go */
function imageOf(text: string): JsonObject {
  const [name = '', to, more] = text.split('=')
  const image = to === undefined ? text : to
  const [, bare = '', digest] = /^([^@]+)@(.+)$/.exec(image) ?? []
  const [, base = '', tag] = /^(.*):([\w.-]+)$/.exec(image) ?? []
  const version = digest === undefined ? (tag === undefined ? {} : { newTag: tag }) : { digest }
  const rest = digest === undefined ? (tag === undefined ? image : base) : bare
  if (more !== undefined || name === '' || rest === '' || (to === undefined && rest === image))
    throw stop('usage', `${JSON.stringify(text)} is not an image for a kustomization`, {
      hint: 'Write name:tag, name@digest or name=other:tag.',
    })
  return to === undefined ? { name: rest, ...version } : { name, newName: rest, ...version }
}

function replicasOf([name, count]: readonly [string, string]): JsonObject {
  if (!/^\d{1,6}$/.test(count))
    throw stop(
      'usage',
      `the plugin parameter replicas must be a map of counts, but has ${JSON.stringify(count)}`,
    )
  return { name, count: Number(count) }
}

function labelsOf(parameters: ParameterReader): Readonly<Record<string, Json | undefined>> {
  const pairs = mapped(parameters.map('common-labels'))
  if (pairs === undefined || !parameters.flag('label-without-selector')) return { commonLabels: pairs }
  return { labels: [{ pairs, includeTemplates: parameters.flag('label-include-templates') }] }
}

function patchesOf(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined
  const [document] = parseDocuments(text)
  const found = document?.errors.length === 0 ? (document.toJS() as Json) : null
  if (Array.isArray(found) && found.every(isJsonObject)) return found
  throw stop('usage', 'the plugin parameter patches must be a YAML list of patches')
}
