import { isTakenBack } from '../model/health.ts'
import { emergencyRules, eventRules } from '../recommend/command-rules.ts'
import type { SourceChange } from './apply-decisions.ts'

/** The rules by which people command changes. */
const commanded: readonly string[] = [emergencyRules.over, ...Object.values(eventRules)]

/** Whether a person commanded a change: the end of an emergency, or a planned event. */
export const isCommanded = ({ because }: Pick<SourceChange, 'because'>): boolean =>
  because.some(({ rule }) => commanded.includes(rule))

/** Whether a change waits for no wave and no budget: it takes back what did harm, answers an OOM kill, ends an emergency, or is planned. */
export const isUrgent = (change: SourceChange): boolean =>
  change.answersKill !== undefined || isTakenBack(change) || isCommanded(change)
