import { Argument, Command, Option } from 'commander'
import type { Settings } from '../../../config/schema.ts'
import { json } from '../../model/text/data.ts'
import { terminal } from '../../model/text/terminal.ts'
import { emergenciesForPeople, jsonEmergencies } from '../../report/emergencies.ts'
import { paintOf } from '../../report/paint.ts'
import { findCheckout } from '../../run/checkout.ts'
import { listEmergencies } from '../../run/emergency/list-emergencies.ts'
import { emergencyEnd, emergencyFactor, emergencyMatches } from '../../run/emergency/options.ts'
import { startEmergency } from '../../run/emergency/start-emergency.ts'
import { stopEmergency } from '../../run/emergency/stop-emergency.ts'
import type { Host } from '../../run/host.ts'
import { readSettings, type SettingsFlags } from '../../run/read-settings.ts'
import { formatOutcome, type RunFlags } from './run-options.ts'
import { withSettingsFlags } from './settings-options.ts'

interface EmergencyFlags extends SettingsFlags {
  readonly repo?: string
  readonly workload?: readonly string[]
  readonly namespace?: readonly string[]
  readonly cluster?: string
  readonly for: string
  readonly factor?: number
  readonly reason?: string
  readonly direct?: true
  readonly dryRun?: true
  readonly output: RunFlags['output']
}

/** `tortoise emergency start|stop|list`: all pods that an HPA allows, at once, and back by itself. */
export function emergencyCommand(host: Host): Command {
  const command = new Command('emergency')
    .description('raise workloads to all pods that their HPA allows, at once and for a time')
    .addArgument(new Argument('<action>', 'what to do').choices(['start', 'stop', 'list']))
    .option('--repo <dir>', 'root of the repository (default: the checkout of the current directory)')
  return withSettingsFlags(command)
    .option('--workload <name...>', 'these workloads: [NAMESPACE/]Kind/name')
    .option('--namespace <name...>', 'all workloads of these namespaces')
    .option('--cluster <name>', 'only in this cluster (default: in every cluster)')
    .option('--for <time>', 'start: it ends by itself after this time (30m, 4h, 2d)', '24h')
    .addOption(
      new Option('--factor <number>', 'start: also multiply requests by this').argParser(emergencyFactor),
    )
    .option('--reason <text>', 'start: why, for the commit')
    .option('--direct', 'commit on the base branch, whatever deliver.mode says')
    .option('--dry-run', 'only print what would change')
    .addOption(
      new Option('-o, --output <format>', 'format of the result')
        .choices(['table', 'markdown', 'json'])
        .default('table'),
    )
    .action(async (action: 'start' | 'stop' | 'list', flags: EmergencyFlags) => {
      const checkout = findCheckout(host, flags.repo)
      const settings = delivered(readSettings(host, checkout, flags), flags)
      if (action === 'list') {
        const active = await listEmergencies(host, { checkout, settings })
        return host.stdout(
          flags.output === 'json'
            ? json(jsonEmergencies(active))
            : emergenciesForPeople(active, paintOf(host)),
        )
      }
      const request = { checkout, settings, matches: matchesOf(flags), isDryRun: flags.dryRun ?? false }
      const report =
        action === 'stop'
          ? await stopEmergency(host, request)
          : await startEmergency(host, { ...request, ...startOf(host, flags) })
      host.stdout(formatOutcome(host, report, flags.output))
      const { mode, remote, github } = settings.deliver
      if (report.delivery?.created && mode !== 'pull-request' && remote === undefined && github === undefined)
        host.stderr(
          terminal`The commit is in this clone alone: push it, git push origin ${report.delivery.branch ?? ''}\n`,
        )
    })
}

const startOf = (host: Host, flags: EmergencyFlags) => ({
  until: emergencyEnd(flags.for, host.now()),
  factor: flags.factor,
  ...(flags.reason === undefined ? {} : { reason: flags.reason }),
})

const matchesOf = ({ workload = [], namespace = [], cluster }: EmergencyFlags) =>
  emergencyMatches({ workloads: workload, namespaces: namespace, cluster })

function delivered(settings: Settings, { direct, dryRun }: EmergencyFlags): Settings {
  const mode = dryRun ? 'report' : direct ? 'direct' : settings.deliver.mode
  // Rules say how sizes are delivered, not what a person commands.
  const rules = direct || dryRun ? settings.rules.map(({ delivery: _, ...rule }) => rule) : settings.rules
  return { ...settings, rules, deliver: { ...settings.deliver, mode } }
}
