import type { Settings } from './schema.ts'

/** Messages about settings that still work and have a better successor, each with what to set instead. */
export function deprecatedSettings({ recommend }: Pick<Settings, 'recommend'>): readonly string[] {
  const { cpuSpare } = recommend
  if (cpuSpare === undefined) return []
  const preset = cpuSpare < 18 ? 'careful' : cpuSpare > 35 ? 'frugal' : 'balanced'
  return [
    `recommend.cpuSpare is deprecated and still applies. Set recommend.preset to ${preset} instead, or recommend.targetTimeAbove.`,
  ]
}
