import type { FieldAddress } from '../../model/field.ts'
import { valueAt } from '../../model/json.ts'
import { workloadsOf } from '../../model/manifest.ts'
import type { YamlPath } from '../../model/site.ts'
import type { InputFile, RepositoryView } from '../../model/source.ts'
import { manifestsIn } from '../../yaml/manifests.ts'
import { yamlInView } from '../yaml-in-view.ts'

/** The name of the object that contains a site, as written in its file: without prefixes and suffixes. */
export async function nameAtSite(
  site: { readonly file: string; readonly document: number; readonly path: YamlPath },
  view: RepositoryView,
): Promise<string | undefined> {
  const yaml = await yamlInView(site.file, view)
  if (yaml === undefined) return undefined
  const around = manifestsIn(yaml).find(
    ({ document, path }) =>
      document === site.document && path.every((step, index) => site.path[index] === step),
  )
  const name = around && valueAt(around.object, ['metadata', 'name'])
  return typeof name === 'string' ? name : undefined
}

/** The name of a workload as its manifest writes it, found by kind and container; the rendered name contains it. */
export async function nameInManifests(
  { workload, container }: Pick<FieldAddress, 'workload' | 'container'>,
  inputs: readonly InputFile[],
  view: RepositoryView,
): Promise<string | undefined> {
  const files = inputs.filter(({ role }) => role === 'manifest')
  const written = await Promise.all(files.map(({ path }) => yamlInView(path, view)))
  const objects = written.flatMap((yaml) => (yaml === undefined ? [] : manifestsIn(yaml)))
  const names = workloadsOf(
    objects.map(({ object }) => object),
    '',
  )
    .filter(
      (one) =>
        one.workload.kind === workload.kind &&
        workload.name.includes(one.workload.name) &&
        (container === undefined || one.containers.some(({ name }) => name === container)),
    )
    .map((one) => one.workload.name)
  // `api` is part of `api-worker` too, so the longest name is the right one.
  return names.sort((a, b) => b.length - a.length)[0]
}
