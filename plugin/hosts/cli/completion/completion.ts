import { Argument, Command } from 'commander'
import { verbatim } from '../../../model/text/data.ts'
import type { Host } from '../../../run/host.ts'
import { readCommandTable } from '../command-table.ts'
import { bashScript } from './bash.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** `tortoise completion SHELL`: prints a script for the shell. Completing a word starts no program. */
export function completionCommand(host: Host): Command {
  return new Command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'the shell that loads the script').choices(Object.keys(scripts)))
    .action((shell: keyof typeof scripts) => {
      host.stdout(verbatim(scripts[shell](readCommandTable())))
    })
}
