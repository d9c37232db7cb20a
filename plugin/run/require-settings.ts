import type { DeniedSetting } from '../../config/placed-settings.ts'
import type { Settings } from '../../config/schema.ts'
import { ExpectedStop } from '../model/problem.ts'
import type { ObserveFlags } from './observe/request.ts'

type Denied = Pick<Settings, 'denied'>

/** Throws `settings.operator` when a command needs settings that the repository gives and may not. */
function refuse({ denied = [] }: Denied, isNeeded: (setting: DeniedSetting) => boolean): void {
  const needed = denied.filter(({ reason }) => reason !== 'never' && reason !== 'overridden').filter(isNeeded)
  if (needed.length > 0) throw new ExpectedStop(needed.map(({ problem }) => problem))
}

/** Requires the servers and credentials of the clusters that are read. Flags take the place of settings. */
export const requireClusters = (
  settings: Denied,
  { cluster: only, prometheus }: Pick<ObserveFlags, 'cluster' | 'prometheus'>,
): void =>
  refuse(
    settings,
    ({ name, cluster }) =>
      name.startsWith('clusters.') &&
      (only === undefined || cluster === only) &&
      !(prometheus !== undefined && name === 'clusters.prometheus.url'),
  )

/** Requires what changes are delivered with, unless they are only reported. */
export function requireDelivery(settings: Denied & Pick<Settings, 'deliver'>): void {
  if (settings.deliver.mode !== 'report') refuse(settings, ({ name }) => name.startsWith('deliver.'))
}

/** Requires the remote that a mirror is fetched from. */
export const requireRemote = (settings: Denied): void =>
  refuse(settings, ({ name }) => name.startsWith('deliver.'))

/** Requires what the daemon elects its leader with. */
export const requireElection = (settings: Denied): void =>
  refuse(settings, ({ name }) => name.startsWith('serve.'))
