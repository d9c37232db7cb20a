import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { stop } from '../../model/problem.ts'
import { terminal } from '../../model/text/terminal.ts'
import { markdownReport } from '../../report/markdown.ts'
import { repositoriesMarkdown } from '../../report/repositories.ts'
import type { Host } from '../../run/host.ts'
import { outputFile } from '../../run/stored-files.ts'
import { type FleetFormat, formatFleet, formatRepositories, formatSaved } from './fleet-output.ts'
import { planHere } from './plan-found.ts'
import { refuseFailures, repositoriesPlans } from './repositories.ts'
import { type HtmlFlags, openRun, type Printed, withRunSources } from './run-options.ts'

interface ReportFlags extends Omit<HtmlFlags, 'output'> {
  readonly output: FleetFormat | 'markdown'
  readonly out?: string
  readonly from?: string
}

/** `tortoise report`: every workload with what it requests and uses, and with the plan. */
export function reportCommand(host: Host): Command {
  return withRunSources(new Command('report'))
    .description('write a report on all workloads: what they request, use and cost, and what should change')
    .addOption(
      new Option('-o, --output <format>', 'format of the report')
        .choices(['html', 'markdown', 'csv', 'json'])
        .default('html'),
    )
    .option(
      '--from <file>',
      'make the report from what report -o json or plan -o json wrote, instead of planning',
    )
    .option('--out <file>', 'file to write, or store:NAME (default: the standard output)')
    .action(async (flags: ReportFlags) => {
      if (flags.from !== undefined) return writeSaved(host, flags, flags.from)
      if (flags.repositories) return writeAll(host, flags)
      const request = openRun(host, flags)
      const outcome = await planHere(host, { ...request, withFleet: true }, flags)
      const { output } = flags
      const text = output === 'markdown' ? markdownReport(outcome) : formatFleet(host, outcome, output)
      await write(host, flags, { text, storage: request.settings.storage })
    })
}

/** A report from a file. Throws `usage` for Markdown, which a saved report has no more. */
async function writeSaved(host: Host, flags: ReportFlags, from: string): Promise<void> {
  const { output } = flags
  if (output === 'markdown')
    throw stop('usage', '-o markdown needs a plan, and --from reads a file', {
      hint: 'Remove --from, or use -o html, csv or json.',
    })
  const text = formatSaved(host, resolve(host.cwd, from), output)
  await write(host, flags, { text, storage: undefined })
}

/** One report on all repositories. */
async function writeAll(host: Host, flags: ReportFlags): Promise<void> {
  const all = await repositoriesPlans(host, flags)
  const { output } = flags
  const text = output === 'markdown' ? repositoriesMarkdown(all) : formatRepositories(host, all, output)
  await write(host, flags, { text, storage: undefined })
  refuseFailures([all])
}

type Storage = Parameters<typeof outputFile>[1]

async function write(
  host: Host,
  { out }: ReportFlags,
  { text, storage }: { readonly text: Printed; readonly storage: Storage | undefined },
): Promise<void> {
  if (out === undefined) return host.stdout(text)
  const { path, done } = await outputFile(host, storage, out)
  writeFileSync(resolve(host.cwd, path), text.toString())
  await done()
  host.stderr(terminal`Wrote the report to ${out}\n`)
}
