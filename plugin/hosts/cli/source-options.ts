import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Settings, SourceSettings } from '../../../config/schema.ts'
import { mountView } from '../../io/mount-view.ts'
import { openWorkTree } from '../../io/work-tree.ts'
import { inParallel } from '../../model/parallel.ts'
import { stop } from '../../model/problem.ts'
import type { Renderer } from '../../model/renderer.ts'
import type { RepositoryView, Source } from '../../model/source.ts'
import { withOverlays } from '../../plan/overlay-renderer.ts'
import type { Checkout } from '../../run/checkout.ts'
import { findCheckout, pathInRepository } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { openRenderer } from '../../run/open-renderer.ts'
import { readSettings, type SettingsFlags } from '../../run/read-settings.ts'
import { deployedOnce } from '../../trace/sources/deployed-once.ts'
import { identifySource, identifySources } from '../../trace/sources/identify.ts'
import { renderReleases } from '../../trace/sources/releases.ts'
import { withSettingsFlags } from './settings-options.ts'

/** Flags of every command that takes a SOURCE. */
export interface SourceFlags extends SettingsFlags {
  readonly repo?: string
  readonly values: readonly string[]
  readonly release?: string
  readonly namespace?: string
  readonly kubeVersion?: string
  readonly apiVersions: readonly string[]
  readonly charts?: string
}

const collect = (value: string, before: readonly string[]): readonly string[] => [
  ...before,
  ...value.split(','),
]

/** Adds the flags that describe a SOURCE to a command. */
export const withSourceFlags = (command: Command): Command =>
  withSettingsFlags(
    command.option('--repo <dir>', 'root of the repository (default: the checkout of SOURCE)'),
  )
    .option('--values <file>', 'values file of a chart; repeatable, the last one wins', collect, [])
    .option('--release <name>', 'Helm release name')
    .option('--namespace <name>', 'namespace of objects without a namespace')
    .option('--kube-version <version>', 'Kubernetes version to render a chart for')
    .option(
      '--charts <dir>',
      'directory with charts by name, for releases whose chart is not in the repository',
    )
    .option('--api-versions <list>', 'API versions that a chart may assume; repeatable', collect, [])

/** A repository on disk, with what is needed to work on its sources. */
export interface OpenedRepository {
  readonly host: Host
  readonly checkout: Checkout
  readonly settings: Settings
  readonly view: RepositoryView
  readonly renderer: Renderer
  /** Directory in the view with charts by name. */
  readonly charts: string | undefined
  /** The root that paths are relative to, when it was named. */
  readonly named: string | undefined
}

/** Opens the repository in `repo`, or the one that contains a path. */
export function openRepository(
  host: Host,
  { repo, charts: chartHome, ...flags }: Pick<SourceFlags, 'repo' | 'charts' | keyof SettingsFlags>,
  near: string,
): OpenedRepository {
  const checkout = findCheckout(host, repo, near)
  const settings = readSettings(host, checkout, flags)
  const opened = openView(host, checkout, chartHome)
  const { renderer: bare, store } = openRenderer(host, { checkout, settings, purpose: 'work-tree' })
  const { charts } = opened
  const [view, renderer] = [store.mount(opened.view), withOverlays(bare)]
  return { host, checkout, settings, view, renderer, charts, named: repo }
}

/** Flags about a source, besides its path. */
export type SourceDetails = Partial<
  Pick<SourceFlags, 'values' | 'release' | 'namespace' | 'kubeVersion' | 'apiVersions'>
> & { readonly purpose?: 'read' | 'edit' }

/** A source of an opened repository, and the sources of the settings. */
export interface OpenedSource extends OpenedRepository {
  readonly source: Source
  /** The sources of the settings, with `source`. */
  readonly sources: readonly Source[]
}

/** Opens the repository of a SOURCE, and the source in it. */
export async function openSource(
  host: Host,
  given: string,
  flags: SourceFlags & Pick<SourceDetails, 'purpose'>,
): Promise<OpenedSource> {
  const near = resolve(flags.repo === undefined ? host.cwd : resolve(host.cwd, flags.repo), given)
  return sourceIn(openRepository(host, flags, near), given, flags)
}

/** Finds a source. Throws `usage` if it is to be edited and several releases of a chart match. */
export async function sourceIn(
  repository: OpenedRepository,
  given: string,
  details: SourceDetails,
): Promise<OpenedSource> {
  const { host, checkout, settings, charts, named } = repository
  const { release, namespace, kubeVersion, purpose = 'read' } = details
  const base = named === undefined ? host.cwd : checkout.root
  const path = pathInRepository(checkout, given, base)
  const values = (details.values ?? []).map((file) => pathInRepository(checkout, file, base))
  const apiVersions = details.apiVersions?.length ? details.apiVersions : undefined
  const isMeant = (one: SourceSettings): boolean =>
    one.path === path &&
    (release === undefined || one.release === release) &&
    (values.length === 0 || one.values.join('\0') === values.join('\0'))
  const known = settings.sources.filter(isMeant)
  if (known.length > 1 && purpose === 'edit') {
    const choices = known.map((one) =>
      `--release ${one.release ?? ''} ${one.values.map((file) => `--values ${file}`).join(' ')}`.trim(),
    )
    throw stop('usage', `The settings have ${known.length} sources with path ${given}`, {
      hint: `Choose one: ${choices.join('; ')}.`,
    })
  }
  const plain = known.length === 1 ? known[0] : undefined
  const flags = { release, namespace, kubeVersion, apiVersions, charts, values: plain?.values ?? values }
  const source = await identifySource({ ...plain, ...defined(flags), path }, repository)
  const others = settings.sources.filter((one) => one !== plain)
  const sources = [source, ...(await identifySources(others, repository))]
  return { ...repository, source, sources: uniqueById(sources) }
}

/** Renders sources and the releases in them. A release that does not render is skipped with a warning. */
export async function renderOpened(
  { host, view, renderer, charts }: OpenedRepository,
  sources: readonly Source[],
) {
  const ports = { view, renderer, ...(charts === undefined ? {} : { charts }) }
  const own = await inParallel(sources, (source) => renderer.render(source, view))
  const { rendered: held, failed } = await renderReleases(own, ports)
  const missing = held.flatMap(({ source, missing = [] }) => missing.map((reason) => ({ source, reason })))
  for (const { source, reason } of [...failed, ...missing])
    host.progress({ kind: 'warning', message: `skipped ${source.id}: ${reason}` })
  return (await deployedOnce([...own, ...held], ports)).rendered
}

/** The files of the checkout, with the directory of charts mounted under a fixed name. */
function openView(host: Host, { root }: Checkout, charts: string | undefined) {
  const view = openWorkTree(root)
  if (charts === undefined) return { view, charts: undefined }
  const directory = resolve(host.cwd, charts)
  if (!existsSync(directory))
    throw stop('path.missing', `There is no directory ${charts}`, { hint: 'Correct --charts.' })
  return { view: mountView(view, chartsMount, openWorkTree(directory)), charts: chartsMount }
}

const chartsMount = '.tortoise-charts'

const defined = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>

const uniqueById = (sources: readonly Source[]): readonly Source[] => [
  ...new Map([...sources].reverse().map((source) => [source.id, source])).values(),
]
