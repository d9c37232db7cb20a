import { Command, Option } from 'commander'
import { createRenderer } from '../../../renderers/renderers.ts'
import { createPrograms } from '../../io/programs.ts'
import { openWorkTree } from '../../io/work-tree.ts'
import type { Source } from '../../model/source.ts'
import { discoverSources } from '../../trace/discover.ts'
import type { Host } from '../host.ts'
import { findCheckout } from '../repository.ts'

/** `tortoise discover`: the sources of a repository by themselves. */
export function discoverCommand(host: Host): Command {
  return new Command('discover')
    .description('list what can be rendered in a repository')
    .option('--repo <dir>', 'root of the repository (default: the checkout round the present directory)')
    .addOption(
      new Option('-o, --output <format>', 'format of the result').choices(['table', 'json']).default('table'),
    )
    .action(async ({ repo, output }: { readonly repo?: string; readonly output: 'table' | 'json' }) => {
      const view = openWorkTree(findCheckout(host, repo).root)
      const renderer = createRenderer({ programs: createPrograms({}, host.env['PATH'] ?? '') })
      const sources = await discoverSources({ view, renderer })
      host.stdout(output === 'json' ? `${JSON.stringify(sources, null, 2)}\n` : sources.map(line).join(''))
    })
}

const line = ({ kind, ...source }: Source): string => `${kind.padEnd(10)} ${source.id}\n`
