import { isTakenBack } from '../model/health.ts'
import { emergencyRules } from '../recommend/emergency.ts'
import type { SourceChange } from './apply-decisions.ts'

/** Whether a change waits for no wave and no budget: it takes back what did harm, answers an OOM kill, or ends an emergency. */
export const isUrgent = (change: SourceChange): boolean =>
  change.answersKill !== undefined ||
  isTakenBack(change) ||
  change.because.some(({ rule }) => rule === emergencyRules.over)
