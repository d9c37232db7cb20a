import { createKinds } from '../../../renderers/renderers.ts'
import { createPrograms } from '../../io/programs.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Check } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'

import type { Examination } from './examination.ts'

/** Checks that the programs of every kind of source are there. */
export async function programChecks(
  host: Host,
  { settings, checkout }: Examination,
): Promise<readonly Check[]> {
  const found = createPrograms(settings.programs, host.env['PATH'] ?? '', checkout.root)
  const check = async (loss: string, names: readonly string[]): Promise<Check> => {
    const shown = names.join(' or ')
    try {
      const { name, file } = await found.find(...names)
      return { area: 'programs', level: 'ok', code: 'program', message: `${name} is ${file}` }
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      const message = `${shown} was not found. ${loss}`
      const hint = `Install ${shown}, or set its path in programs: in tortoise.yaml.`
      return { area: 'programs', level: 'warning', code: 'program.missing', message, hint }
    }
  }
  const checks: Check[] = []
  for (const { plural: sources, programs: names } of createKinds({ programs: found }))
    if (names.length > 0) checks.push(await check(`${capital(sources)} cannot be rendered.`, names))
  return checks
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
