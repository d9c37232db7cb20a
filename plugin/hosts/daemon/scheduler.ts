import type { ScheduledTask } from 'node-cron'
import { createTask, validateDetailed } from 'node-cron'
import type { ScheduleSettings, ServeSettings } from '../../../config/daemon.ts'
import { stop } from '../../model/problem.ts'
import { isTimeZone } from '../../model/time-zone.ts'
import type { DueTimes } from './state.ts'

/** A schedule with its name. */
export interface NamedSchedule extends ScheduleSettings {
  readonly name: string
}

/** Why a run starts: it is due, or it was due while the daemon could not run it. */
export type RunReason = 'scheduled' | 'missed'

/** What the scheduler needs. */
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

/** The schedules with names. The default name is the position in the list, from 1. */
export const namedSchedules = ({ schedules }: ServeSettings): readonly NamedSchedule[] =>
  schedules.map((one, index) => ({ ...one, name: one.name ?? String(index + 1) }))

/** Throws `settings.invalid` for an invalid cron expression or time zone, and for duplicate names. */
export function checkSchedules(settings: ServeSettings): void {
  const { timeZone, schedules } = settings
  if (!isTimeZone(timeZone)) throw invalid('serve.timeZone', `${timeZone} is not an IANA time zone`)
  schedules.forEach(({ cron }, index) => {
    const { valid, errors } = validateDetailed(cron)
    if (!valid)
      throw invalid(
        `serve.schedules.${index}.cron`,
        `${cron} is not a cron expression: ${errors.map(({ message }) => message).join('; ')}`,
      )
  })
  const names = namedSchedules(settings).map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid('serve.schedules', `two schedules have the name ${twice}`)
}

const invalid = (setting: string, why: string) =>
  stop('settings.invalid', `${setting}: ${why}`, { hint: 'Correct it in the settings.' })

/** Starts the schedules. With `catchUp`, a run that was missed starts at once. */
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
  // The machine was suspended or too busy.
  task.on('execution:missed', () => run('missed'))
  const due = ports.due.read(keyOf(schedule))
  void task.start()
  if (settings.catchUp && due !== undefined && due <= ports.now()) run('missed')
  else note()
  return task
}

/** The cron expression is part of the key: a changed schedule has not missed a run. */
const keyOf = ({ name, cron }: NamedSchedule): string => `${name} ${cron}`
