import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Settings, SourceSettings } from '../../../config/schema.ts'
import { createRenderer } from '../../../renderers/renderers.ts'
import { createPrograms } from '../../io/programs.ts'
import { mountView } from '../../io/view.ts'
import { openWorkTree } from '../../io/work-tree.ts'
import { stop } from '../../model/problem.ts'
import type { Renderer, RepositoryView, Source } from '../../model/source.ts'
import { identifySource, identifySources } from '../../trace/identify.ts'
import type { Host } from '../host.ts'
import type { Checkout } from '../repository.ts'
import { findCheckout, pathInRepository } from '../repository.ts'
import { readSettings } from '../settings.ts'

/** Flags of every command that takes a SOURCE. */
export interface SourceFlags {
  readonly repo?: string
  readonly settings?: string
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
  command
    .option('--repo <dir>', 'root of the repository (default: the checkout that holds SOURCE)')
    .option('--settings <file>', 'settings file (default: tortoise.yaml at the root, if there is one)')
    .option('--values <file>', 'values file of a chart, weakest first; repeatable', collect, [])
    .option('--release <name>', 'Helm release name')
    .option('--namespace <name>', 'namespace of objects that name none')
    .option('--kube-version <version>', 'Kubernetes version to render a chart for')
    .option(
      '--charts <dir>',
      'directory with charts by name, for releases whose chart is not in the repository',
    )
    .option('--api-versions <list>', 'API versions that a chart may assume', collect, [])

/** A source with everything that is needed to work on it. */
export interface OpenedSource {
  readonly checkout: Checkout
  readonly settings: Settings
  readonly view: RepositoryView
  readonly renderer: Renderer
  readonly source: Source
  /** Directory of the view with charts by name. */
  readonly charts: string | undefined
  /** The sources of settings, the one at hand included. */
  readonly named: readonly Source[]
}

/** Opens the repository round a SOURCE as it stands on disk. To edit, it must be clear which of several releases of a chart is meant. */
export async function openSource(
  host: Host,
  given: string,
  flags: SourceFlags & { readonly purpose?: 'look' | 'edit' },
): Promise<OpenedSource> {
  const { purpose = 'look' } = flags
  const near = resolve(flags.repo === undefined ? host.cwd : resolve(host.cwd, flags.repo), given)
  const checkout = findCheckout(host, flags.repo, near)
  const settings = readSettings(host, checkout, flags.settings)
  const { view, charts } = openView(host, checkout, flags.charts)
  const renderer = createRenderer({
    programs: createPrograms(settings.programs, host.env['PATH'] ?? '', checkout.root),
  })
  const path = pathInRepository(host, checkout, given, flags.repo)
  const values = flags.values.map((file) => pathInRepository(host, checkout, file, flags.repo))
  const { release, namespace, kubeVersion } = flags
  const apiVersions = flags.apiVersions.length > 0 ? flags.apiVersions : undefined
  const isMeant = (one: SourceSettings): boolean =>
    one.path === path &&
    (release === undefined || one.release === release) &&
    (values.length === 0 || one.values.join('\0') === values.join('\0'))
  const known = settings.sources.filter(isMeant)
  if (known.length > 1 && purpose === 'edit') {
    const choices = known.map((one) =>
      `--release ${one.release ?? ''} ${one.values.map((file) => `--values ${file}`).join(' ')}`.trim(),
    )
    throw stop('usage', `settings name ${given} ${known.length} times`, {
      mend: `Choose one: ${choices.join('; ')}.`,
    })
  }
  const plain = known.length === 1 ? known[0] : undefined
  const told = { release, namespace, kubeVersion, apiVersions, charts, values: plain?.values ?? values }
  const source = await identifySource({ ...plain, ...defined(told), path }, { view, renderer })
  const others = settings.sources.filter((one) => one !== plain)
  const named = [source, ...(await identifySources(others, { view, renderer }))]
  return { checkout, settings, view, renderer, source, charts, named: uniqueById(named) }
}

/** The files of the checkout, with a directory of charts under a name of its own. */
function openView(host: Host, { root }: Checkout, charts: string | undefined) {
  const view = openWorkTree(root)
  if (charts === undefined) return { view, charts: undefined }
  const directory = resolve(host.cwd, charts)
  if (!existsSync(directory))
    throw stop('path.missing', `there is no directory ${charts}`, { mend: 'Correct --charts.' })
  return { view: mountView(view, chartsMount, openWorkTree(directory)), charts: chartsMount }
}

const chartsMount = '.tortoise-charts'

const defined = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>

const uniqueById = (sources: readonly Source[]): readonly Source[] => [
  ...new Map([...sources].reverse().map((source) => [source.id, source])).values(),
]
