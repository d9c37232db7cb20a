import * as z from 'zod'
import { plural } from '../../model/plural.ts'
import type { PodStatus } from './live-pods.ts'

/** A condition of a controller. */
export const conditionSchema = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
})

interface RolloutStatus {
  readonly conditions?: readonly z.infer<typeof conditionSchema>[] | null | undefined
  readonly phase?: string | undefined
  readonly message?: string | undefined
}

/** What hinders the pods of a workload, beside its own status. */
export interface Hindrance {
  /** Why pods wait for a node. */
  readonly waiting?: PodStatus['waiting'] | undefined
  /** The message with which the API server refused its pods last, from an event. */
  readonly refused?: string | undefined
}

/** Longest part of a message that is kept: quota messages name every resource. */
const longestMessage = 400

/**
 * Says why the last rollout of a workload cannot finish, or why its pods do not start: the API server refuses its pods, its
 * time is over, or no node has room. `undefined` when nothing holds it up.
 */
export function stuckRollout(
  { conditions, phase, message: text = '' }: RolloutStatus,
  {
    replicas,
    ready,
    updated,
  }: { readonly replicas: number; readonly ready: number; readonly updated: number },
  { waiting, refused: inEvent }: Hindrance = {},
): string | undefined {
  const isDone = updated >= replicas && ready >= replicas
  const refused = conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
  const late = conditions?.find(
    ({ type, status, reason }) =>
      type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded',
  )
  const room =
    waiting === undefined
      ? undefined
      : `no node has room for ${plural(waiting.pods, 'pod')}: ${waiting.message}`
  const message = refused?.message ?? inEvent
  if (message !== undefined && !isDone) return stuck(message)
  if (late !== undefined && !isDone) return stuck(room ?? late.message)
  if (phase === 'Degraded' && /ProgressDeadlineExceeded|forbidden|exceeded quota/.test(text))
    return stuck(room ?? text)
  return room === undefined ? undefined : shortened(room)
}

const stuck = (why: string): string => `its rollout is stuck: ${shortened(why)}`

const shortened = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').replace(/\.$/, '').trim()
  return line.length > longestMessage ? `${line.slice(0, longestMessage)}…` : line
}
