import { posix } from 'node:path'
import { globMatcher } from '../../plugin/model/glob.ts'
import { type Json, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { RepositoryView, Source } from '../../plugin/model/source.ts'
import type { FindChart } from '../elsewhere/chart-finder.ts'
import { assignmentsIn } from '../helm/assignments.ts'
import type { HelmSource } from '../helm/source.ts'

/** What the sources of an Application are translated with. */
export interface PartContext {
  readonly shared: Pick<Source, 'id' | 'namespace' | 'cluster'>
  readonly view: RepositoryView
  readonly name: string
  readonly charts: string | undefined
  readonly findChart: FindChart
}

/** The chart at a path, with the values, parameters and version that the source of an Application gives it. */
export async function chartPart(
  source: Json | undefined,
  path: string,
  { shared, view, name, charts }: PartContext,
): Promise<HelmSource> {
  const helm = valueAt(source, ['helm'])
  const object = valueAt(helm, ['valuesObject'])
  const inline = object === undefined ? textOf(valueAt(helm, ['values'])) : JSON.stringify(object)
  const files = await Promise.all(
    listOf(valueAt(helm, ['valueFiles'])).map((file) => valuesFiles(textOf(file), { path, view, helm })),
  )
  const kubeVersion = textOf(valueAt(helm, ['kubeVersion']))
  return {
    kind: 'helm',
    ...shared,
    path,
    release: textOf(valueAt(helm, ['releaseName'])) ?? name,
    values: files.flat(),
    inlineValues: inline === undefined ? [] : [inline],
    parameters: assignmentsIn(valueAt(helm, ['parameters'])),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(charts === undefined ? {} : { charts }),
  }
}

interface FileContext {
  readonly path: string
  readonly view: RepositoryView
  readonly helm: Json | undefined
}

/**
 * The paths of a values file: relative to the chart, to the root of the repository (`/…`), or to a referenced source
 * (`$ref/…`), which is assumed to be this repository. A glob gives every file that it matches.
 */
async function valuesFiles(
  file: string | undefined,
  { path, view, helm }: FileContext,
): Promise<readonly string[]> {
  if (file === undefined || file.includes('://')) return []
  const root = /^(\$[^/]+)?\/(.*)$/.exec(file)
  const at = posix.normalize(root === null ? posix.join(path, file) : (root[2] ?? ''))
  if (/[*?[{]/.test(at)) return globbed(at, view)
  const mayMiss = valueAt(helm, ['ignoreMissingValueFiles']) === true
  return mayMiss && (await view.kind(at)) === undefined ? [] : [at]
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
