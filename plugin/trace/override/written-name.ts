import type { FieldAddress } from '../../model/field.ts'
import type { JsonObject } from '../../model/json.ts'
import { valueAt } from '../../model/json.ts'
import { workloadsOf } from '../../model/manifest.ts'
import type { YamlPath } from '../../model/site.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import { manifestsIn } from '../../yaml/manifests.ts'
import { yamlInView } from '../yaml-in-view.ts'

/** An object as its manifest names it: without prefixes and suffixes, and without a namespace that a layer adds. */
export interface WrittenName {
  readonly name: string
  readonly namespace?: string
}

/** The name of the object that contains a site, as written in its file. */
export async function nameAtSite(
  site: { readonly file: string; readonly document: number; readonly path: YamlPath },
  view: RepositoryView,
): Promise<WrittenName | undefined> {
  const yaml = await yamlInView(site.file, view)
  if (yaml === undefined) return undefined
  const around = manifestsIn(yaml).find(
    ({ document, path }) =>
      document === site.document && path.every((step, index) => site.path[index] === step),
  )
  return around && writtenName(around.object)
}

function writtenName(object: JsonObject): WrittenName | undefined {
  const [name, namespace] = ['name', 'namespace'].map((key) => valueAt(object, ['metadata', key]))
  if (typeof name !== 'string') return undefined
  return { name, ...(typeof namespace === 'string' ? { namespace } : {}) }
}

/**
 * The name by which a patch finds an object, from the one that its manifest writes: kustomize knows that one where layers add
 * a prefix, a suffix or a namespace, but no longer where a JSON patch gives another name.
 */
export function nameToPatch(written: WrittenName, rendered: JsonObject | undefined): WrittenName {
  const now = rendered && writtenName(rendered)
  return now === undefined || isPartOf(written.name, now.name) ? written : now
}

/** The name of a workload as its manifest writes it, found by kind and container; the rendered name contains it. */
export async function nameInManifests(
  { workload, container }: Pick<FieldAddress, 'workload' | 'container'>,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<WrittenName | undefined> {
  const files = inputs.filter(({ role, levelsUp }) => role === 'manifest' && levelsUp === undefined)
  const written = await Promise.all(files.map(({ path }) => yamlInView(path, view)))
  const objects = written.flatMap((yaml) =>
    yaml === undefined ? [] : manifestsIn(yaml).map(({ object }) => object),
  )
  const found = workloadsOf(objects, '').filter(
    (one) =>
      one.workload.kind === workload.kind &&
      isPartOf(one.workload.name, workload.name) &&
      (container === undefined || one.containers.some(({ name }) => name === container)),
  )
  // `api` is part of `api-worker` too, so the longest name is the right one.
  const [best] = found.sort((a, b) => b.workload.name.length - a.workload.name.length)
  const object = best && objects[best.object]
  return object && writtenName(object)
}

/** Whether a written name is part of a rendered one, whatever the variables of Flux in it are. */
function isPartOf(written: string, rendered: string): boolean {
  const [first = '', ...rest] = written.split(/\$\{[^}]*\}/)
  let from = rendered.indexOf(first) + first.length
  if (from < first.length) return false
  for (const part of rest) {
    const at = rendered.indexOf(part, from)
    if (at === -1) return false
    from = at + part.length
  }
  return true
}
