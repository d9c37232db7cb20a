import type { Host } from '../../run/host.ts'
import { type CommandEntry, entryOf } from './command-table.ts'
import { commands } from './commands.ts'

const unused = (): never => {
  throw new Error('Commands are described, not run.')
}

/** A host for commands that are made to be described. */
export const hostToDescribe: Host = {
  cwd: '/',
  env: {},
  stdout: unused,
  stderr: unused,
  colour: false,
  progress: unused,
  now: unused,
}

/** The table of all commands, read from the commands themselves. The build writes it to `commands.json`. */
export async function describeCommands(): Promise<readonly CommandEntry[]> {
  const makers = await Promise.all(Object.values(commands).map((load) => load()))
  return makers.map((make) => entryOf(make(hostToDescribe)))
}
