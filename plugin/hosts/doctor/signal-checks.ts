import { plural } from '../../model/plural.ts'
import type { Check } from '../../report/json/doctor.ts'
import { signalProblems } from '../../run/observe/measure.ts'
import type { Examination } from './examination.ts'

/** Checks the queries of the signals in settings; none where there are none. */
export async function signalChecks({ settings }: Examination): Promise<readonly Check[]> {
  const { signals } = settings.health
  if (signals.length === 0) return []
  const here = { area: 'settings', code: 'signals' } as const
  const problems = await signalProblems(settings)
  if (problems.length === 0)
    return [{ ...here, level: 'ok', message: `${plural(signals.length, 'signal')} can be measured` }]
  return problems.map(({ message, hint }) => ({
    ...here,
    level: 'error',
    message: message.charAt(0).toUpperCase() + message.slice(1),
    ...(hint === undefined ? {} : { hint }),
  }))
}
