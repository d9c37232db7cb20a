import type { Observation } from '../../model/observation.ts'
import { plural } from '../../model/plural.ts'
import type { Progress } from '../../model/progress.ts'
import type { Check } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'
import { observe } from '../../run/observe/observe.ts'
import { attempt } from './check.ts'
import type { Examination } from './examination.ts'
import type { UsageChecks } from './usage-checks.ts'

/** Reads recorded usage in place of clusters, and checks that it has data of the clusters in settings. No server is contacted. */
export async function recordedChecks(
  host: Host,
  { settings, snapshot }: Pick<Examination, 'settings' | 'snapshot'>,
): Promise<UsageChecks> {
  let observations: readonly Observation[] = []
  const warnings: Check[] = []
  const progress: Progress = (event) => {
    if (event.kind === 'warning')
      warnings.push({ ...about, level: 'warning', message: sentence(event.message) })
  }
  const checks = await attempt({ area: 'data' }, async () => {
    observations = (await observe({ ...host, progress }, settings, { snapshot })).observations
    return [countCheck(observations.length, snapshot)]
  })
  return { checks: [...checks, ...warnings], observations }
}

const about = { area: 'data', code: 'usage' } as const

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function countCheck(count: number, snapshot: readonly string[]): Check {
  const message = `${plural(count, 'workload')} with usage in ${snapshot.join(', ')}`
  if (count > 0) return { ...about, level: 'ok', message }
  const hint = 'Record usage with `tortoise snapshot --out FILE`, and name its clusters in tortoise.yaml.'
  return { ...about, level: 'error', message, hint }
}
