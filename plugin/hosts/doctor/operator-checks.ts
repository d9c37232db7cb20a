import type { DeniedSetting, PlacedSetting } from '../../../config/placed-settings.ts'
import { printProblem } from '../../model/problem.ts'
import type { Check } from '../../report/json/doctor.ts'
import type { Examination } from './examination.ts'

/** Checks which file each operator setting comes from, and which ones are not allowed where they are. */
export function operatorChecks({ settings, operatorFile }: Examination): readonly Check[] {
  const { operated = [], denied = [] } = settings
  const files = [...new Set(operated.map(({ place }) => place.file))]
  const given = files.map((file) =>
    fileCheck(
      file,
      operated.filter(({ place }) => place.file === file),
    ),
  )
  const none: Check = {
    ...about,
    level: 'note',
    message: `No operator settings were found${operatorFile === undefined ? '' : ` (${operatorFile} does not exist or is empty)`}`,
  }
  const repeated = denied.map((one) => deniedCheck(one, settings))
  return [...(given.length === 0 ? [none] : given), ...repeated]
}

const about = { area: 'settings', code: 'operator' } as const

function fileCheck(file: string, settings: readonly PlacedSetting[]): Check {
  const names = settings.map(
    ({ name, cluster, place }) =>
      `${name}${cluster === undefined ? '' : ` of ${cluster}`} (line ${place.line ?? 1})`,
  )
  return { ...about, level: 'ok', message: `${file} gives ${names.join(', ')}` }
}

function deniedCheck({ reason, name, problem }: DeniedSetting, { deliver }: Examination['settings']): Check {
  const { hint, ...said } = problem
  const stops = !name.startsWith('deliver.') || deliver.mode !== 'report'
  const level = reason === 'overridden' ? 'note' : reason === 'never' || !stops ? 'warning' : 'error'
  return {
    area: 'settings',
    code: problem.code,
    level,
    message: printProblem(said),
    ...(hint === undefined ? {} : { hint }),
  }
}
