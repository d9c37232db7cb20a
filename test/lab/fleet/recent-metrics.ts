import { createFleet } from './fleet.ts'
import { openMetrics } from './openmetrics.ts'
import { demoSeed } from './record.ts'

/** The metrics of a cluster of the demo, as OpenMetrics lines with times that end now. */
export async function* recentMetrics(cluster: 'prod' | 'staging'): AsyncGenerator<string> {
  const fleet = createFleet({ seed: demoSeed })
  const { step, to } = fleet.window
  const moved = Math.floor((Date.now() / 1000 - to) / step) * step
  for (const line of openMetrics(fleet, { cluster, ...fleet.window, slowStep: step }))
    yield line.replace(/ (\d+)$/, (_, seconds: string) => ` ${Number(seconds) + moved}`)
}
