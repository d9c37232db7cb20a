import { posix } from 'node:path'
import type { Json, JsonObject } from '../../plugin/model/json.ts'
import { valueAt } from '../../plugin/model/json.ts'
import type { DirectSource, ReleaseSource, RepositoryView } from '../../plugin/model/source.ts'

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

/**
 * What an Application renders: the chart, kustomization or directory at its path, with the Helm options it gives.
 * Values files win over the chart, `values` or `valuesObject` over files, parameters over all.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/helm/
 */
export async function translateApplication(
  application: JsonObject,
  source: ReleaseSource,
  view: RepositoryView,
): Promise<DirectSource | undefined> {
  const sources = [
    valueAt(application, ['spec', 'source']),
    ...list(valueAt(application, ['spec', 'sources'])),
  ]
  const own = sources.find((one) => text(valueAt(one, ['path'])) !== undefined)
  const path = posix.normalize(text(valueAt(own, ['path'])) ?? '').replace(/\/$/, '')
  if (own === undefined || (await view.kind(path)) !== 'directory') return undefined
  const namespace = text(valueAt(application, ['spec', 'destination', 'namespace'])) ?? 'default'
  const shared = {
    id: source.id,
    path,
    namespace,
    ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
  }
  const names = (await view.list(path)).map(({ name }) => name)
  if (names.includes('Chart.yaml'))
    return { kind: 'helm', ...shared, ...helmOptions(valueAt(own, ['helm']), path, source) }
  const kustomized = names.some((name) => /^(kustomization\.ya?ml|Kustomization)$/.test(name))
  return { kind: kustomized ? 'kustomize' : 'plain', ...shared }
}

function helmOptions(helm: Json | undefined, path: string, { object }: ReleaseSource) {
  const object_ = valueAt(helm, ['valuesObject'])
  const inline = object_ === undefined ? text(valueAt(helm, ['values'])) : JSON.stringify(object_)
  return {
    release: text(valueAt(helm, ['releaseName'])) ?? object.name,
    values: list(valueAt(helm, ['valueFiles'])).flatMap((file) => valuesFile(text(file), path)),
    inlineValues: inline === undefined ? [] : [inline],
    parameters: list(valueAt(helm, ['parameters'])).flatMap((one) => {
      const [name, value] = [text(valueAt(one, ['name'])), valueAt(one, ['value'])]
      return name === undefined || value === undefined ? [] : [`${name}=${String(value)}`]
    }),
  }
}

/** Relative to the chart, to the root with a leading `/`, or to a referenced source (`$ref/…`), taken to be this repository. */
function valuesFile(file: string | undefined, path: string): readonly string[] {
  if (file === undefined || file.includes('://')) return []
  const root = /^(\$[^/]+)?\/(.*)$/.exec(file)
  return [posix.normalize(root === null ? posix.join(path, file) : (root[2] ?? ''))]
}
