import { deliverAgainstNative } from './deliver.ts'
import { largeAgainstBare } from './large.ts'
import { planLive } from './live.ts'
import { observeAgainstCurl } from './observe.ts'
import { observeGenerated } from './observe-generated.ts'
import { observeAgainstKrr } from './observe-krr.ts'
import { keepServer } from './observe-server.ts'
import { openReports } from './page.ts'
import { planAgainstBare } from './plan.ts'
import { planInShards } from './plan-shards.ts'
import { recommendFleet } from './recommend.ts'
import { renderAgainstBare } from './render.ts'
import { sandboxAgainstNone } from './sandbox.ts'
import { startAgainstBare } from './start.ts'
import { traceSetAgainstBare } from './trace-set.ts'

/** A benchmark: does its work and gives its figures; ratios rather than times, since machines differ. */
export type Benchmark = () => Promise<Readonly<Record<string, number>>>

/** Every benchmark by name. */
export const cases: Readonly<Record<string, Benchmark>> = {
  deliver: deliverAgainstNative,
  plan: planAgainstBare,
  observe: observeAgainstCurl,
  'observe-10k': observeGenerated,
  'observe-krr': observeAgainstKrr,
  'observe-server': keepServer,
  live: planLive,
  large: largeAgainstBare,
  'trace-set': traceSetAgainstBare,
  'plan-shards': planInShards,
  sandbox: sandboxAgainstNone,
  start: startAgainstBare,
  render: renderAgainstBare,
  page: openReports,
  recommend: recommendFleet,
}
