import { Command } from 'commander'
import { json } from '../../model/text/data.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'
import { notifyOnly, previewSummary } from '../../run/notify/notify-only.ts'
import { Refused } from './exit-error.ts'
import { openRun, type RunFlags, withReadFlags } from './run-options.ts'
import { snapshotOption } from './snapshot-option.ts'

interface NotifyFlags extends Omit<RunFlags, 'output'> {
  readonly dryRun?: true
}

/** `tortoise notify`: the weekly summary, without a run that delivers. */
export function notifyCommand(host: Host): Command {
  return withReadFlags(new Command('notify'))
    .description('send the weekly summary to the targets of the operator settings that did not get it yet')
    .addOption(snapshotOption())
    .option('--dry-run', 'print what each target would get, and send nothing')
    .action(async (flags: NotifyFlags) => {
      const request = openRun(host, flags)
      if (flags.dryRun) return host.stdout(json(await previewSummary(host, request)))
      const all = await notifyOnly(host, request)
      if (all.length === 0) host.stdout(terminal`No target was due a summary.\n`)
      for (const { target, result } of all)
        if (result === 'sent') host.stdout(terminal`Sent the summary to ${target}.\n`)
      const failed = all.filter(({ result }) => result === 'failed').map(({ target }) => target)
      if (failed.length > 0) throw new Refused(terminal`The summary was not sent to ${failed.join(', ')}.`)
    })
}
