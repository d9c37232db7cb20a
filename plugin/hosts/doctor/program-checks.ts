import { createKinds } from '../../../renderers/renderers.ts'
import type { OpenedPrograms } from '../../io/programs.ts'
import type { SandboxMode } from '../../io/sandbox-mode.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Check } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'
import { openPrograms } from '../../run/open-programs.ts'

import type { Examination } from './examination.ts'

/** Checks that the programs of every kind of source are there. */
export async function programChecks(
  host: Host,
  { settings, checkout }: Examination,
): Promise<readonly Check[]> {
  const found = openPrograms(host, settings, checkout.root)
  const check = async (loss: string, names: readonly string[]): Promise<Check> => {
    const shown = names.join(' or ')
    try {
      const { name, file } = await found.find(...names)
      return { area: 'programs', level: 'ok', code: 'program', message: `${name} is ${file}` }
    } catch (error) {
      if (!(error instanceof ExpectedStop)) throw error
      const message = `${shown} was not found. ${loss}`
      const hint = `Install ${shown}, or set its path in programs: in the operator settings.`
      return { area: 'programs', level: 'warning', code: 'program.missing', message, hint }
    }
  }
  const checks: Check[] = []
  for (const { plural: sources, programs: names } of createKinds({ programs: found }))
    if (names.length > 0) checks.push(await check(`${capital(sources)} cannot be rendered.`, names))
  return [...checks, await sandboxCheck(found, settings.sandbox)]
}

/** Checks whether the programs that were found run in a sandbox. */
async function sandboxCheck(programs: OpenedPrograms, mode: SandboxMode): Promise<Check> {
  const about = { area: 'programs', code: 'sandbox' } as const
  const files = await Promise.all(
    [['kustomize', 'kubectl'], ['helm']].map((names) =>
      programs.find(...names).then(
        ({ file }) => [file],
        () => [],
      ),
    ),
  )
  const chosen = await programs.sandbox(files.flat()).catch((error: unknown) => {
    if (!(error instanceof ExpectedStop)) throw error
    return error
  })
  const message = capital(programs.describeSandbox())
  if (chosen === undefined) {
    const hint =
      'Install bubblewrap (bwrap), allow user namespaces, and use statically linked programs. A sandbox keeps what renders off the network and off your files.'
    return {
      ...about,
      level: mode === 'off' ? 'note' : 'warning',
      message,
      ...(mode === 'off' ? {} : { hint }),
    }
  }
  if (!(chosen instanceof ExpectedStop)) return { ...about, level: 'ok', message }
  const { message: why = message, hint = '' } = chosen.problems[0] ?? {}
  return { ...about, level: 'error', message: why, hint }
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`
