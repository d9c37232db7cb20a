/** The rules of emergencies; commits name them. */
export const emergencyRules = {
  start: 'emergency.start',
  on: 'emergency.on',
  over: 'emergency.over',
} as const

/** The rules of planned events; commits name them. `with` marks a raise by other rules to what an event needs as well: nothing restores it. */
export const eventRules = { on: 'event.on', over: 'event.over', with: 'event.with' } as const

/** Rules by which a value was set. */
interface Ruled {
  readonly rules: readonly string[]
}

/** Whether a planned event raised or restored a value. */
export const isOfEvent = ({ rules }: Ruled): boolean =>
  rules.includes(eventRules.on) || rules.includes(eventRules.over)

/** Whether an emergency raised or lowered a value. */
export const isOfEmergency = ({ rules }: Ruled): boolean =>
  rules.includes(emergencyRules.start) || rules.includes(emergencyRules.over)
