import type { Check } from '../../report/json/doctor.ts'
import { usesPullRequests } from '../../run/deliver/delivery-rules.ts'
import { openForge } from '../../run/deliver/open-forge.ts'
import type { Host } from '../../run/host.ts'
import { attempt } from './check.ts'
import type { Examination } from './examination.ts'

/** Checks that pull requests have a forge; an error where a run would stop for that. No forge is contacted. */
export async function deliveryChecks(host: Host, { settings }: Examination): Promise<readonly Check[]> {
  const { deliver, rules, denied = [] } = settings
  const { mode, github, remote } = deliver
  if (!usesPullRequests({ rules, mode }) || github !== undefined || remote !== undefined) return []
  // What the repository may not set is an error already.
  if (denied.some(({ name }) => name.startsWith('deliver.'))) return []
  return attempt({ area: 'settings' }, async () => {
    await openForge(host, deliver)
    return []
  })
}
