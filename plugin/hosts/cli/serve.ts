import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { Command, Option } from 'commander'
import { leaveSignals } from '../../io/interrupts.ts'
import { stop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { terminal } from '../../model/text/terminal.ts'
import { repositoriesReport } from '../../report/repositories.ts'
import { terminalReport } from '../../report/terminal.ts'
import { enclosingCheckout, findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { operatorPath } from '../../run/operator-file.ts'
import { mergedSettings, readSettings, type SettingsFlags } from '../../run/read-settings.ts'
import type { RepositoriesReport } from '../../run/repositories/run-repositories.ts'
import type { Daemon, DaemonPorts } from '../daemon/daemon.ts'
import { startDaemon } from '../daemon/daemon.ts'
import { openLeaseStore } from '../daemon/lease-store.ts'
import { createLog, type LogFormat, type LogLevel, logFormats, logLevels } from '../daemon/log.ts'
import type { ServeFlags } from '../daemon/run-schedule.ts'
import { runSchedule } from '../daemon/run-schedule.ts'
import { namedSchedules } from '../daemon/scheduler.ts'
import { Ended } from './exit-error.ts'
import { readPageClient } from './page-client.ts'
import { operatorWithRepositories, refuseCheckout, refuseFailures } from './repositories.ts'
import { withOperatorFlags } from './settings-options.ts'
import { snapshotOption } from './snapshot-option.ts'

declare const __VERSION__: string

interface CommandFlags extends ServeFlags {
  readonly listen: string
  readonly once?: boolean
  readonly repositories?: true
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
}

/** `tortoise serve`: runs on schedules until a signal ends it. */
export function serveCommand(host: Host): Command {
  return withOperatorFlags(new Command('serve'))
    .description('run on the schedules in the settings, and serve health checks, metrics and the last report')
    .option('--settings <file>', 'settings file; changes are loaded (default: tortoise.yaml in --repo)')
    .option('--repo <dir>', 'a checkout that something else updates (default: a mirror of deliver.remote)')
    .option(
      '--state <dir>',
      'directory for the mirror, the times of runs, and recorded usage',
      '/var/lib/tortoise',
    )
    .option('--listen <host:port>', 'address of the pages', '0.0.0.0:8080')
    .option(
      '--repositories',
      'work on the repositories that the operator settings list or discover, on the schedules there',
    )
    .option('--once', 'run every schedule once and exit, for a CronJob')
    .option('--prometheus <url>', 'base URL of the Prometheus to read (default: from the settings)')
    .addOption(snapshotOption())
    .addOption(
      new Option('--log-level <level>', 'least important events that are logged')
        .choices(logLevels)
        .default('info'),
    )
    .addOption(new Option('--log-format <format>', 'format of the log').choices(logFormats).default('json'))
    .action(async (flags: CommandFlags) => {
      const log = createLog(host.stdout, host.now, { level: flags.logLevel, format: flags.logFormat })
      const inputs = flags.repositories ? severalInputs(host, flags) : oneInput(host, flags)
      if (flags.once === true) return once(host, flags, inputs)
      const daemon = await startDaemon({
        host,
        log,
        flags: { ...flags, state: resolve(host.cwd, flags.state) },
        ...inputs,
        listen: listenAddress(flags.listen),
        identity: `${hostname()}_${process.pid}`,
        openLeaseStore,
        version: __VERSION__,
        client: readPageClient(),
      })
      watch(inputs.files, () => void daemon.reload())
      if (!(await ended(daemon))) throw new Ended(143)
      throw new Ended(0)
    })
}

/** What the daemon works on, and the files that say so. */
interface ServeInputs extends Pick<DaemonPorts, 'readSettings' | 'readRepositories'> {
  readonly files: readonly string[]
}

function oneInput(host: Host, flags: CommandFlags): ServeInputs {
  // Without --repo, a mirror is reviewed, and settings in a checkout are settings of a repository all the same.
  const checkout = flags.repo === undefined ? enclosingCheckout(host.cwd) : findCheckout(host, flags.repo)
  const file = settingsFile(host, flags, checkout?.root)
  return {
    readSettings: () => readSettings(host, checkout, { ...flags, settings: file }),
    files: [file, ...operatorFiles(host, flags)],
  }
}

/** The schedules, the clusters and the election are those of the operator. */
function severalInputs(host: Host, flags: CommandFlags): ServeInputs {
  refuseCheckout(flags)
  const readRepositories = () => operatorWithRepositories(host, flags)
  const none = { main: { file: 'tortoise.yaml', text: '' }, isReviewed: true }
  return {
    readRepositories,
    readSettings: () => mergedSettings(host, none, { root: undefined, flags, operator: readRepositories() }),
    files: operatorFiles(host, flags),
  }
}

/** Runs every schedule now, one after the other. */
async function once(
  host: Host,
  flags: ServeFlags,
  { readSettings: read, readRepositories }: ServeInputs,
): Promise<void> {
  const state = resolve(host.cwd, flags.state)
  mkdirSync(state, { recursive: true })
  const settings = read()
  const several: RepositoriesReport[] = []
  // The log of a job has the notes that the log of a daemon has.
  const progress: Progress = (event) =>
    event.kind === 'note' ? host.stderr(terminal`${event.message}\n`) : host.progress(event)
  for (const schedule of namedSchedules(settings.serve)) {
    const request = { settings, schedule, flags: { ...flags, state }, operator: readRepositories?.() }
    const result = await runSchedule({ ...host, progress }, request)
    if ('outcome' in result) {
      host.stdout(terminalReport(result.outcome))
      continue
    }
    host.stdout(repositoriesReport(result.repositories, 'table', host))
    several.push(result.repositories)
  }
  refuseFailures(several)
}

function settingsFile(host: Host, { settings }: ServeFlags, root: string | undefined): string {
  const file = settings === undefined ? join(root ?? host.cwd, 'tortoise.yaml') : resolve(host.cwd, settings)
  if (existsSync(file)) return file
  throw stop('settings.missing', `There is no settings file ${file}`, {
    hint: 'Pass --settings FILE, or --repo DIR with a checkout that has a tortoise.yaml.',
  })
}

function listenAddress(text: string): { readonly host: string; readonly port: number } {
  const match = /^(.*):(\d{1,5})$/.exec(text)
  const port = Number(match?.[2] ?? 'none')
  if (match !== null && port <= 65_535) return { host: match[1] || '0.0.0.0', port }
  throw stop('usage', `--listen ${text} is not host:port`, { hint: 'Write it as 0.0.0.0:8080.' })
}

const operatorFiles = (host: Host, { operatorSettings }: SettingsFlags): readonly string[] => {
  const file = operatorPath(host, operatorSettings)
  return file === undefined ? [] : [file]
}

const watchMs = 2000

/** Compares the text every two seconds. File watchers miss changes of a mounted ConfigMap, which is replaced as a whole. */
function watch(files: readonly string[], changed: () => void): void {
  const texts = new Map<string, string>()
  const isChanged = (file: string): boolean => {
    const before = texts.get(file)
    if (existsSync(file)) texts.set(file, readFileSync(file, 'utf8'))
    return texts.get(file) !== before
  }
  files.filter(isChanged)
  setInterval(() => {
    if (files.filter(isChanged).length > 0) changed()
  }, watchMs).unref()
  process.on('SIGHUP', changed)
}

const impatientMs = 1000

/** Resolves when the daemon has shut down after the first SIGTERM or SIGINT. A second signal exits at once. */
function ended(daemon: Daemon): Promise<boolean> {
  leaveSignals()
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        const first = Date.now()
        // Some supervisors send the signal twice at once.
        process.on(signal, () => Date.now() - first > impatientMs && process.exit(143))
        resolve(daemon.stop())
      })
    }
  })
}
