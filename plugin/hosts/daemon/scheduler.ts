import type { ScheduledTask } from 'node-cron'
import { createTask, validateDetailed } from 'node-cron'
import type { ScheduleSettings, ServeSettings } from '../../../config/daemon.ts'
import { stop } from '../../model/problem.ts'
import type { DueTimes } from './state.ts'

/** A schedule with its name. */
export interface NamedSchedule extends ScheduleSettings {
  readonly name: string
}

/** Why a run starts: its time has come, or had come while nobody could run it. */
export type RunReason = 'scheduled' | 'missed'

/** What the scheduler tells and asks. */
export interface SchedulerPorts {
  readonly start: (schedule: NamedSchedule, reason: RunReason) => void
  readonly due: DueTimes
  readonly planned: (schedule: string, next: Date | undefined) => void
  readonly now: () => Date
}

/** Running schedules. */
export interface Scheduler {
  readonly stop: () => Promise<void>
}

/** The schedules with names: their own, or their place in the list. */
export const namedSchedules = ({ schedules }: ServeSettings): readonly NamedSchedule[] =>
  schedules.map((one, index) => ({ ...one, name: one.name ?? String(index + 1) }))

/** Stops on a schedule or a time zone that is none, and on names that are given twice. */
export function checkSchedules(settings: ServeSettings): void {
  const { timeZone, schedules } = settings
  if (!isTimeZone(timeZone)) throw invalid('serve.timeZone', `${timeZone} is not an IANA time zone`)
  schedules.forEach(({ cron }, index) => {
    const { valid, errors } = validateDetailed(cron)
    if (!valid)
      throw invalid(
        `serve.schedules.${index}.cron`,
        `${cron} is not a schedule: ${errors.map(({ message }) => message).join('; ')}`,
      )
  })
  const names = namedSchedules(settings).map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid('serve.schedules', `two schedules are called ${twice}`)
}

const invalid = (setting: string, why: string) =>
  stop('settings.invalid', `${setting}: ${why}`, { hint: 'Correct it in the settings.' })

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}

/** Starts the schedules; what was due while nobody ran is started at once, when settings say so. */
export function startSchedules(settings: ServeSettings, ports: SchedulerPorts): Scheduler {
  checkSchedules(settings)
  const tasks = namedSchedules(settings).map((schedule) => startOne(schedule, settings, ports))
  return {
    stop: async () => {
      await Promise.all(tasks.map((task) => task.destroy()))
    },
  }
}

function startOne(schedule: NamedSchedule, settings: ServeSettings, ports: SchedulerPorts): ScheduledTask {
  const { name, cron } = schedule
  const note = (): void => {
    const next = task.getNextRun() ?? undefined
    if (next !== undefined) ports.due.write(keyOf(schedule), next)
    ports.planned(name, next)
  }
  const run = (reason: RunReason): void => {
    note()
    ports.start(schedule, reason)
  }
  const task = createTask(cron, () => run('scheduled'), {
    name,
    timezone: settings.timeZone,
    maxRandomDelay: settings.jitterSeconds * 1000,
    suppressMissedWarning: true,
  })
  // The machine slept, or was too busy to look at the clock in time.
  task.on('execution:missed', () => run('missed'))
  const due = ports.due.read(keyOf(schedule))
  void task.start()
  if (settings.catchUp && due !== undefined && due <= ports.now()) run('missed')
  else note()
  return task
}

/** A schedule that was changed was not missed. */
const keyOf = ({ name, cron }: NamedSchedule): string => `${name} ${cron}`
