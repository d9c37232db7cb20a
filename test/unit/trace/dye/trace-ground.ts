import type { World } from '../builders.ts'
import { chartSource, deployment, originsOf, traceIn, world } from '../builders.ts'

/** A chart whose template writes a Deployment with the given lines in its container. */
export const chartFiles = (
  values: string,
  container: string,
  more: Readonly<Record<string, string>> = {},
) => ({
  'web/chart.yaml': '{}',
  'web/values.yaml': values,
  'web/template.yaml': deployment('web', container),
  ...more,
})

/** A container that requests this CPU. */
export const requests = (cpu: string) => `resources: {requests: {cpu: ${cpu}}}`

/** The source lines of a chart, with the renderings that found them. */
export async function origins(files: Readonly<Record<string, string>>, source = chartSource('web')) {
  const made = world(files)
  return { ...made, origins: originsOf(await traceIn(made, source)) }
}

/** The CPU of the container of `web`, by the place of its source line. */
export const cpu = (file: string) => ({ 'web app requests.cpu': file })

/** Renderings with markers. */
export const marked = ({ calls }: Pick<World, 'calls'>): number => calls.filter((one) => one.marked).length
