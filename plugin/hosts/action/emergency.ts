import { stop } from '../../model/problem.ts'
import type { EmergencyRequest } from '../../run/emergency/command.ts'
import { emergencyEnd, emergencyFactor, emergencyMatches } from '../../run/emergency/options.ts'
import { startEmergency } from '../../run/emergency/start-emergency.ts'
import { stopEmergency } from '../../run/emergency/stop-emergency.ts'
import type { Host } from '../../run/host.ts'
import type { RunReport } from '../../run/run.ts'
import { given } from './inputs.ts'

const listed = (name: string): readonly string[] => (given(name) ?? '').split(/[\s,]+/).filter(Boolean)

/** Begins or ends an emergency, as the inputs say; `undefined` when they say nothing of one. Throws `usage` for wrong inputs. */
export async function runEmergency(
  host: Host,
  request: Pick<EmergencyRequest, 'checkout' | 'settings'>,
): Promise<RunReport | undefined> {
  const action = given('emergency')
  if (action === undefined) return undefined
  if (action !== 'start' && action !== 'stop')
    throw stop('usage', `Input emergency is ${action}, which is not start or stop`, {
      hint: 'Correct it in the workflow.',
    })
  const [workloads, namespaces] = [listed('workloads'), listed('namespaces')]
  const matches = emergencyMatches({ workloads, namespaces, cluster: given('cluster') })
  if (action === 'stop') return stopEmergency(host, { ...request, matches })
  const [factor, reason] = [given('emergency-factor'), given('emergency-reason')]
  return startEmergency(host, {
    ...request,
    matches,
    until: emergencyEnd(given('emergency-for') ?? '24h', host.now()),
    ...(factor === undefined ? {} : { factor: emergencyFactor(factor) }),
    ...(reason === undefined ? {} : { reason }),
  })
}
