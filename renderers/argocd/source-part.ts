import { posix } from 'node:path'
import { isJsonObject, type Json, type JsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import { stop } from '../../plugin/model/problem.ts'
import type { InputFile } from '../../plugin/model/source.ts'
import { chartFinder, chartMissing } from '../elsewhere/chart-finder.ts'
import { deployedChart } from '../elsewhere/deployed-chart.ts'
import type { HelmSource } from '../helm/source.ts'
import { findKustomization } from '../kustomize/file.ts'
import type { KustomizeSource } from '../kustomize/source.ts'
import type { PlainSource } from '../plain/source.ts'
import { chartPart } from './chart-part.ts'
import { chartOf } from './chart-reference.ts'
import { deployedCommit, originOf, type PartContext } from './part-context.ts'
import { withSourceFiles } from './source-files.ts'

/** What one source of an Application renders, and the files beside it that change its options. */
export interface SourcePart {
  readonly part: HelmSource | KustomizeSource | PlainSource
  readonly files: readonly InputFile[]
  /** What of it is not deployed as Git has it. */
  readonly differs?: string
}

/**
 * What one source of an Application renders; `undefined` for one that only lends its files to others. Rejects with
 * `source.render` when its files are not in this repository.
 */
export async function partOf(declared: Json, context: PartContext): Promise<SourcePart | undefined> {
  const { view, at } = context
  const chart = textOf(valueAt(declared, ['chart']))
  if (chart !== undefined) return registryChart(declared, chart, context)
  const written = textOf(valueAt(declared, ['path']))
  if (written === undefined) return undefined
  const deployed = deployedCommit(declared, context)
  const origin = originOf(declared, written)
  const { path, ...located } = await context.origins.locate(origin, { view, at, deployed })
  if ((await view.kind(path)) !== 'directory')
    throw stop('source.render', `its directory ${path} is not in this repository`, { place: { file: at } })
  const { source, files } = await withSourceFiles(declared, path, context)
  refusePlugin(valueAt(source, ['plugin']), at)
  return { part: { ...(await directoryPart(source, path, context)), ...located }, files }
}

/** Rejects with `source.render` where a plugin of others renders the source: it may read and change anything. */
function refusePlugin(plugin: Json | undefined, at: string): void {
  if (plugin === undefined || plugin === null) return
  const name = textOf(valueAt(plugin, ['name'])) ?? ''
  if (/^gitops-tortoise(-|$)/.test(name)) return
  throw stop(
    'source.render',
    `the plugin ${name || 'that Argo CD chooses'} renders it, which is not run here`,
    {
      place: { file: at },
      hint: 'Add the directory to sources with its values files, if the plugin renders nothing else.',
    },
  )
}

/** A chart of a chart repository or registry. */
async function registryChart(source: Json, name: string, context: PartContext): Promise<SourcePart> {
  const { view, at, live, sources } = context
  const { chart, ...rest } = deployedChart(chartOf(source, name), live, sources.indexOf(source))
  const path = await chartFinder(context, view, context.elsewhere)(chart)
  if (path === undefined || (await view.kind(path)) !== 'directory') throw chartMissing(chart, at)
  return { part: { ...(await chartPart(source, path, context)), chart }, files: [], ...rest }
}

async function directoryPart(source: Json, path: string, context: PartContext): Promise<SourcePart['part']> {
  const { shared, view } = context
  if ((await view.kind(posix.join(path, 'Chart.yaml'))) === 'file') return chartPart(source, path, context)
  if ((await findKustomization(view, path)) !== undefined) {
    const additions = additionsOf(valueAt(source, ['kustomize']))
    return { kind: 'kustomize', ...shared, path, ...(additions === undefined ? {} : { additions }) }
  }
  const directory = (key: string): string | undefined => textOf(valueAt(source, ['directory', key]))
  const [include, exclude] = [directory('include'), directory('exclude')]
  return {
    kind: 'plain',
    ...shared,
    path,
    recurse: valueAt(source, ['directory', 'recurse']) === true,
    ...(include === undefined ? {} : { include }),
    ...(exclude === undefined ? {} : { exclude }),
  }
}

const replaced = ['namePrefix', 'nameSuffix', 'namespace'] as const
const appended = ['patches', 'components'] as const

/** What the Kustomize options of an Application add; `undefined` without any that matter for sizes. */
function additionsOf(options: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(options)) return undefined
  const given = [...replaced, ...appended].flatMap((key) => {
    const value: Json | undefined = options[key]
    return value === undefined || value === '' ? [] : [[key, value] as const]
  })
  return given.length === 0 ? undefined : Object.fromEntries(given)
}
