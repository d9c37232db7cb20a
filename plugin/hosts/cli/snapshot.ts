import { closeSync, openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { terminal } from '../../model/text/terminal.ts'
import { snapshotLines } from '../../observe/snapshot.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { observe } from '../../run/observe/observe.ts'
import { readSettings, type SettingsFlags } from '../../run/read-settings.ts'
import { outputFile } from '../../run/stored-files.ts'
import { withReadFlags } from './run-options.ts'

interface SnapshotFlags extends SettingsFlags {
  readonly repo?: string
  readonly prometheus?: string
  readonly cluster?: string
  readonly until?: string
  readonly cache?: string
  readonly shard?: string
  readonly out: string
}

/** `tortoise snapshot`: records usage for offline use. */
export function snapshotCommand(host: Host): Command {
  return withReadFlags(new Command('snapshot'))
    .description('record usage once, for --snapshot')
    .option('--shard <i/n>', 'only a part of the namespaces, for example 1/4 in the first of four jobs')
    .requiredOption(
      '--out <file>',
      'file to write, or store:NAME in the object storage of the operator settings',
    )
    .action(async ({ out, ...flags }: SnapshotFlags) => {
      const settings = readSettings(host, findCheckout(host, flags.repo), flags)
      const { observations, readings } = await observe(host, settings, flags)
      const recordedAt = host.now().toISOString()
      const snapshot = { kind: 'TortoiseSnapshot', version: 2, recordedAt, observations, readings } as const
      const { path, done } = await outputFile(host, settings.storage, out)
      const file = openSync(resolve(host.cwd, path), 'w')
      for (const line of snapshotLines(snapshot)) writeSync(file, line)
      closeSync(file)
      await done()
      host.stdout(terminal`Recorded ${observations.length} workloads in ${out}\n`)
    })
}
