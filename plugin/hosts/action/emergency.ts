import { stop } from '../../model/problem.ts'
import type { EmergencyRequest } from '../../run/emergency/command.ts'
import { emergencyEnd, emergencyFactor, emergencyMatches } from '../../run/emergency/options.ts'
import { startEmergency } from '../../run/emergency/start-emergency.ts'
import { stopEmergency } from '../../run/emergency/stop-emergency.ts'
import type { Host } from '../../run/host.ts'
import type { RunReport } from '../../run/run.ts'
import { given } from './inputs.ts'

const listed = (name: string): readonly string[] => (given(name) ?? '').split(/[\s,]+/).filter(Boolean)

/** The repository of an emergency. */
type EmergencyPlace = Pick<EmergencyRequest, 'checkout' | 'settings'>

/** An emergency as people write it: in inputs, or in an issue. */
export interface EmergencyOptions {
  /** `[NAMESPACE/]Kind/name`. */
  readonly workloads: readonly string[]
  readonly namespaces: readonly string[]
  readonly cluster: string | undefined
  /** `30m`, `4h`, `2d`. */
  readonly for: string
  readonly factor: string | undefined
  readonly reason: string | undefined
}

/** Begins or ends an emergency, as the inputs say; `undefined` when they say nothing of one. Throws `usage` for wrong inputs. */
export async function runEmergency(host: Host, request: EmergencyPlace): Promise<RunReport | undefined> {
  const action = given('emergency')
  if (action === undefined) return undefined
  if (action !== 'start' && action !== 'stop')
    throw stop('usage', `Input emergency is ${action}, which is not start or stop`, {
      hint: 'Correct it in the workflow.',
    })
  return beginOrEnd(host, request, {
    action,
    workloads: listed('workloads'),
    namespaces: listed('namespaces'),
    cluster: given('cluster'),
    for: given('emergency-for') ?? '24h',
    factor: given('emergency-factor'),
    reason: given('emergency-reason'),
  })
}

/** Begins or ends an emergency. Throws `usage` for options that cannot be used. */
export function beginOrEnd(
  host: Host,
  request: EmergencyPlace,
  options: EmergencyOptions & { readonly action: 'start' | 'stop' },
): Promise<RunReport> {
  const { action, for: time, factor, reason } = options
  const matches = emergencyMatches(options)
  if (action === 'stop') return stopEmergency(host, { ...request, matches })
  return startEmergency(host, {
    ...request,
    matches,
    until: emergencyEnd(time, host.now()),
    ...(factor === undefined ? {} : { factor: emergencyFactor(factor) }),
    ...(reason === undefined ? {} : { reason }),
  })
}
