import { Command } from 'commander'
import { terminal, terminalLines } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'
import { runDemo } from '../demo/demo.ts'
import { formatOutcome } from './run-options.ts'

/** `tortoise demo`: the whole path, offline. */
export function demoCommand(host: Host): Command {
  return new Command('demo')
    .description('run the whole path offline on a bundled repository, ending with a real commit')
    .option('--keep <dir>', 'create the repository in this empty directory')
    .action(async ({ keep }: { readonly keep?: string }) => {
      const { directory, outcome, shown } = await runDemo(host, keep)
      host.stdout(formatOutcome(host, outcome, 'table'))
      if (shown !== undefined) host.stdout(terminal`\n${terminalLines(shown)}`)
      host.stdout(
        terminal`\nThe repository is in ${directory}\nSee the change: git -C ${directory} show ${outcome.delivery?.branch ?? ''}\nGo on: cd ${directory} && tortoise plan --snapshot usage.json\n`,
      )
    })
}
