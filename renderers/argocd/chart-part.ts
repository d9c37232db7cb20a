import { posix } from 'node:path'
import { globMatcher } from '../../plugin/model/glob.ts'
import { type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { RepositoryView } from '../../plugin/model/source.ts'
import { storedRoot } from '../../plugin/model/store.ts'
import { assignmentsIn } from '../helm/assignments.ts'
import type { HelmSource } from '../helm/source.ts'
import { deployedCommit, originOf, type PartContext } from './part-context.ts'

/** The chart at a path, with the values, parameters and version that the source of an Application gives it. */
export async function chartPart(
  source: Json | undefined,
  path: string,
  { shared, name, charts, ...context }: PartContext,
): Promise<HelmSource> {
  const helm = valueAt(source, ['helm'])
  const object = valueAt(helm, ['valuesObject'])
  const inline = object === undefined ? textOf(valueAt(helm, ['values'])) : JSON.stringify(object)
  const files = await Promise.all(
    listOf(valueAt(helm, ['valueFiles'])).map((file) =>
      valuesFiles(withEnvironment(textOf(file), { path, name, shared }), { ...context, path, helm }),
    ),
  )
  const kubeVersion = textOf(valueAt(helm, ['kubeVersion']))
  return {
    kind: 'helm',
    ...shared,
    path,
    release: textOf(valueAt(helm, ['releaseName'])) ?? name,
    values: files.flat(),
    inlineValues: inline === undefined ? [] : [inline],
    ...(await parametersOf(helm, { ...context, path, name, shared })),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(charts === undefined ? {} : { charts }),
  }
}

/** The parameters of a chart: those whose values Helm reads, those that stay texts, and those that are in files. */
async function parametersOf(
  helm: Json | undefined,
  { path, name, shared, ...context }: Omit<PartContext, 'charts'> & { readonly path: string },
): Promise<Pick<HelmSource, 'parameters' | 'textParameters' | 'fileParameters'>> {
  const all = listOf(valueAt(helm, ['parameters']))
  const isText = (one: Json): boolean => valueAt(one, ['forceString']) === true
  const texts = assignmentsIn(all.filter(isText))
  const files = await Promise.all(
    listOf(valueAt(helm, ['fileParameters'])).map(async (one) => {
      const [key, file] = [textOf(valueAt(one, ['name'])) ?? '', textOf(valueAt(one, ['path']))]
      const found = await valuesFiles(withEnvironment(file, { path, name, shared }), {
        ...context,
        path,
        helm,
      })
      return found.map((at) => [key, at] as const)
    }),
  )
  return {
    parameters: assignmentsIn(all.filter((one) => !isText(one))),
    ...(texts.length === 0 ? {} : { textParameters: texts }),
    ...(files.length === 0 ? {} : { fileParameters: files.flat() }),
  }
}

/**
 * A text with the variables of an Application that decide paths.
 * https://argo-cd.readthedocs.io/en/stable/user-guide/build-environment/
 */
function withEnvironment(
  text: string | undefined,
  { path, name, shared }: Pick<PartContext, 'name' | 'shared'> & { readonly path: string },
): string | undefined {
  const known: Readonly<Record<string, string | undefined>> = {
    ARGOCD_APP_NAME: name,
    ARGOCD_APP_NAMESPACE: shared.namespace,
    ARGOCD_APP_SOURCE_PATH: path,
  }
  return text?.replace(/\$\{?(ARGOCD_APP_\w+)\}?/g, (whole, variable: string) => known[variable] ?? whole)
}

interface FileContext extends Pick<PartContext, 'view' | 'at' | 'sources' | 'origins' | 'live'> {
  readonly path: string
  readonly helm: Json | undefined
}

/**
 * The paths of a values file: relative to the chart, to the root of the repository (`/…`), or to the root of a source with
 * that `ref` (`$ref/…`). A glob gives every file that it matches. Rejects with `source.render` for a file on a server or
 * in another repository.
 */
async function valuesFiles(file: string | undefined, context: FileContext): Promise<readonly string[]> {
  if (file === undefined) return []
  const { path, view, helm, at: place } = context
  if (file.includes('://'))
    throw stop('source.render', `its values file ${file} is on a server`, { place: { file: place } })
  const [, ref, inside = ''] = /^(?:\$([^/]+))?\/(.*)$/.exec(file) ?? []
  const at =
    ref !== undefined
      ? await locateReference(ref, inside, context)
      : posix.join(file.startsWith('/') ? storedRoot(path) : path, file)
  if (/[*?[{]/.test(at)) return globbed(at, view)
  const mayMiss = valueAt(helm, ['ignoreMissingValueFiles']) === true
  return mayMiss && (await view.kind(at)) === undefined ? [] : [at]
}

/** The path of a values file in the source that it refers to. Rejects where the files of that source cannot be read. */
async function locateReference(ref: string, file: string, context: FileContext): Promise<string> {
  const { sources, origins, view, at } = context
  const referred = sources.find((one) => valueAt(one, ['ref']) === ref)
  if (referred === undefined)
    throw stop('source.render', `its values file refers to $${ref}, and no source has that ref`, {
      place: { file: at },
    })
  const deployed = deployedCommit(referred, context)
  const request = { view, at, subject: 'its values file is taken', deployed }
  const { path } = await origins.locate(originOf(referred, file), request)
  return path
}

async function globbed(glob: string, view: RepositoryView): Promise<readonly string[]> {
  const directory = posix.dirname(glob)
  if (/[*?[{]/.test(directory)) return []
  const matches = globMatcher(posix.basename(glob))
  const entries = await view.list(directory)
  return entries
    .filter(({ kind, name }) => kind === 'file' && matches(name))
    .map(({ name }) => posix.join(directory, name))
}
