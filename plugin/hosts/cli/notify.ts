import { Command, Option } from 'commander'
import { json } from '../../model/text/data.ts'
import { terminal } from '../../model/text/terminal.ts'
import type { Host } from '../../run/host.ts'
import { notifyOnly, type Preview, previewSummary, testTarget } from '../../run/notify/notify-only.ts'
import { Refused } from './exit-error.ts'
import { openRun, type RunFlags, withReadFlags } from './run-options.ts'
import { snapshotOption } from './snapshot-option.ts'

interface NotifyFlags extends Omit<RunFlags, 'output'> {
  readonly dryRun?: true
  readonly test?: string
}

/** `tortoise notify`: the weekly summary, without a run that delivers. */
export function notifyCommand(host: Host): Command {
  return withReadFlags(new Command('notify'))
    .description('send the weekly summary to the targets of the operator settings that did not get it yet')
    .addOption(snapshotOption())
    .option('--dry-run', 'print what each target would get and what keeps it from being sent; send nothing')
    .addOption(
      new Option('--test <target>', 'send the summary to this target now, and do not record it').conflicts(
        'dryRun',
      ),
    )
    .action(async (flags: NotifyFlags) => {
      const request = openRun(host, flags)
      if (flags.dryRun) return printPreview(host, await previewSummary(host, request))
      const isTest = flags.test !== undefined
      const all = isTest ? [await testTarget(host, request, flags.test)] : await notifyOnly(host, request)
      if (all.length === 0) host.stdout(terminal`No summary was sent.\n`)
      for (const { target, result } of all)
        if (result === 'sent') host.stdout(terminal`Sent the summary to ${target}.\n`)
      const failed = all.filter(({ result }) => result === 'failed').map(({ target }) => target)
      if (failed.length > 0) throw new Refused(terminal`The summary was not sent to ${failed.join(', ')}.`)
    })
}

function printPreview(host: Host, { payloads, unsent }: Preview): void {
  for (const message of unsent) host.progress({ kind: 'warning', message })
  host.stdout(json(payloads))
}
