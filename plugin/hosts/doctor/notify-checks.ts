import type { Check } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'
import { requireTarget } from '../../run/notify/send.ts'
import { type Unrecorded, unrecorded } from '../../run/notify/unrecorded.ts'
import { attempt } from './check.ts'
import type { Examination } from './examination.ts'

const about = { area: 'settings', code: 'notify' } as const

/** Checks that each target of the weekly summary has its URL and token, and that something records what is sent. Nothing is sent. */
export async function notifyChecks(host: Host, { settings }: Examination): Promise<readonly Check[]> {
  const { targets = [] } = settings.notify ?? {}
  if (targets.length === 0) return []
  const found = await Promise.all(
    targets.map((target) =>
      attempt({ area: 'settings' }, async () => {
        const { host: server } = requireTarget(host, target).url
        return [{ ...about, level: 'ok', message: `The weekly summary goes to ${target.name} (${server})` }]
      }),
    ),
  )
  const without = unrecorded(settings)
  return [...found.flat(), ...(without === undefined ? [] : [unrecordedCheck(without)])]
}

const unrecordedCheck = ({ reason, hint }: Unrecorded): Check => ({
  ...about,
  level: 'warning',
  message: `Only a daemon with a state directory sends the weekly summary: nothing else records it, because ${reason}`,
  hint,
})
