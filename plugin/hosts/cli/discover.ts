import { Command, Option } from 'commander'
import { inParallel } from '../../model/parallel.ts'
import { plural } from '../../model/plural.ts'
import { concernsOneSource } from '../../model/problem.ts'
import { withoutPlace } from '../../model/repository.ts'
import type { Source } from '../../model/source.ts'
import { isRelease } from '../../model/source.ts'
import { json } from '../../model/text/data.ts'
import { type Terminal, terminal } from '../../model/text/terminal.ts'
import { jsonSources } from '../../report/json/sources.ts'
import { requireCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import type { SettingsFlags } from '../../run/read-settings.ts'
import { withClusters } from '../../trace/sources/cluster-of-path.ts'
import { discoverSources } from '../../trace/sources/discover.ts'
import { withSettingsFlags } from './settings-options.ts'
import type { OpenedRepository } from './source-options.ts'
import { openRepository } from './source-options.ts'

interface DiscoverFlags extends SettingsFlags {
  readonly repo?: string
  readonly output: 'table' | 'json'
}

/** `tortoise discover`: lists the sources in a repository. */
export function discoverCommand(host: Host): Command {
  return withSettingsFlags(new Command('discover'))
    .description('list the sources in a repository')
    .option('--repo <dir>', 'root of the repository (default: the checkout of the current directory)')
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['table', 'json']).default('table'),
    )
    .action(async ({ output, ...flags }: DiscoverFlags) => {
      requireCheckout(host, flags.repo)
      const repository = openRepository(host, flags, host.cwd)
      host.progress({ kind: 'stage', stage: 'discover', detail: repository.checkout.root })
      const sources = withClusters(await discoverSources(repository), repository.settings.clusters)
      await warnSkipped(sources, repository)
      host.stdout(output === 'json' ? json(jsonSources(sources)) : table(sources))
    })
}

/** Warns of sources whose files are not in this repository, or cannot be read: once for each reason. */
async function warnSkipped(sources: readonly Source[], opened: OpenedRepository): Promise<void> {
  const { host, renderer, view } = opened
  const skipped = new Map<string, { readonly id: string; readonly reason: string }[]>()
  await inParallel(sources.filter(isRelease), async (source) => {
    try {
      await renderer.inputs(source, view)
    } catch (error) {
      if (!concernsOneSource(error)) throw error
      const reason = error.problems[0]?.message ?? error.message
      const shared = withoutPlace(reason)
      skipped.set(shared, [...(skipped.get(shared) ?? []), { id: source.id, reason }])
    }
  })
  for (const [shared, [one, ...others]] of skipped) {
    if (one === undefined) continue
    const message =
      others.length === 0
        ? `${one.id} is skipped: ${one.reason}`
        : `${one.id} and ${others.length} more are skipped: ${shared}`
    host.progress({ kind: 'warning', message })
  }
}

function table(sources: readonly Source[]): Terminal {
  if (sources.length === 0)
    return terminal`No source found: no chart, Application or HelmRelease, and no kustomization that no other one uses.\n`
  const lines = sources.map(
    ({ kind, id, cluster }) => `${kind.padEnd(10)} ${(cluster ?? '').padEnd(width(sources))}${id}`,
  )
  return terminal`${terminal.join(lines, '\n')}\n${plural(sources.length, 'source')}\n`
}

/** Width of the column with cluster names; 0 when no source has one. */
const width = (sources: readonly Source[]): number => {
  const longest = Math.max(0, ...sources.map(({ cluster = '' }) => cluster.length))
  return longest === 0 ? 0 : longest + 2
}
