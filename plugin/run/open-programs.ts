import type { Settings } from '../../config/schema.ts'
import { createPrograms, type OpenedPrograms } from '../io/programs.ts'
import type { RunPorts } from './host.ts'

/** Settings of the programs that render. */
export interface ProgramSettings extends Partial<Pick<Settings, 'sandbox'>> {
  readonly programs: Partial<Settings['programs']>
}

/** Makes the lookup of the programs that render, with their sandbox. Nothing inside `repository` is ever run. */
export const openPrograms = (
  { env, progress }: Pick<RunPorts, 'env' | 'progress'>,
  { programs, sandbox }: ProgramSettings,
  repository: string,
): OpenedPrograms =>
  createPrograms(
    {
      ...programs,
      ...(sandbox === undefined ? {} : { sandbox }),
      warn: (message) => progress({ kind: 'warning', message }),
    },
    env['PATH'] ?? '',
    repository,
  )
