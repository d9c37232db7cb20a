import type { Settings } from '../../config/schema.ts'
import { openWorkTree } from '../io/work-tree.ts'
import type { BacktestReport } from '../model/backtest.ts'
import { plural } from '../model/plural.ts'
import { declaredAndObserved } from '../plan/render-sources.ts'
import type { BacktestSchedule } from '../recommend/backtest.ts'
import { backtestAll } from '../recommend/backtest-report.ts'
import type { ProfileName } from '../recommend/profiles/profiles.ts'
import type { Checkout } from './checkout.ts'
import type { RunPorts } from './host.ts'
import { observe } from './observe/observe.ts'
import type { ObserveFlags } from './observe/request.ts'
import { openSources } from './open-sources.ts'

/** Which history to replay, under which profiles. */
export interface BacktestRequest {
  readonly checkout: Checkout
  readonly settings: Settings
  readonly usage: ObserveFlags
  readonly walk: BacktestSchedule
  readonly profiles: readonly ProfileName[]
}

/** Replays recorded usage under profiles, for the workloads that the files in the work tree declare. */
export async function backtestWorkTree(
  ports: RunPorts,
  { checkout, settings, usage, walk, profiles }: BacktestRequest,
): Promise<BacktestReport> {
  const { observations } = await observe(ports, settings, usage)
  const opened = await openSources(ports, { checkout, settings }, openWorkTree(checkout.root))
  const { progress } = ports
  const workloads = await declaredAndObserved({ ...opened, observations }, { ...opened, progress })
  const { profile: _, ...options } = settings.recommend
  const common = { options, rules: settings.rules, guarded: true, lastChange: () => undefined }
  const byProfile = Object.fromEntries(profiles.map((profile) => [profile, { ...common, profile }]))
  progress({ kind: 'stage', stage: 'backtest', detail: plural(workloads.length, 'workload') })
  return backtestAll(workloads, { schedule: walk, prices: settings.prices, profiles: byProfile })
}
