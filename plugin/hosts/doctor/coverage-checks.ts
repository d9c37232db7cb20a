import { openWorkTree } from '../../io/work-tree.ts'
import type { Coverage } from '../../model/coverage.ts'
import { declaredWorkloads } from '../../model/declared.ts'
import type { LiveDeclaration } from '../../model/live-declaration.ts'
import type { Observation } from '../../model/observation.ts'
import { namespaceOf } from '../../model/source.ts'
import { coverageOf } from '../../plan/coverage.ts'
import { renderAll } from '../../plan/render-sources.ts'
import { coverageSentence } from '../../report/coverage.ts'
import type { Check } from '../../report/json/doctor.ts'
import type { Host } from '../../run/host.ts'
import { openSources } from '../../run/open-sources.ts'
import type { Examination } from './examination.ts'

/** What was read of the clusters. */
export interface ReadClusters {
  readonly observations: readonly Observation[]
  readonly declarations: readonly LiveDeclaration[]
}

/** Renders the sources and joins what they declare to what has usage: an error where none of a cluster's sources has any. */
export async function coverageChecks(
  host: Host,
  { checkout, settings }: Examination,
  { observations, declarations }: ReadClusters,
): Promise<{ readonly checks: readonly Check[]; readonly coverage: readonly Coverage[] }> {
  if (settings.sources.length === 0) return { checks: [], coverage: [] }
  const request = { checkout, settings, live: declarations }
  const { sources, view, renderer } = await openSources(host, request, openWorkTree(checkout.root))
  const { rendered, failed } = await renderAll(sources, { view, renderer, progress: host.progress })
  const declared = rendered.map(({ source, objects }) => ({
    source,
    workloads: declaredWorkloads(objects, namespaceOf(source)),
  }))
  const coverage = coverageOf(declared, observations, failed)
  const unrendered = failed.map(
    ({ source = '', reason }): Check => ({
      area: 'settings',
      level: 'warning',
      code: 'source',
      message: `${source} is skipped: ${reason}`,
    }),
  )
  return { checks: [...unrendered, ...coverage.flatMap(checksOf)], coverage }
}

function checksOf(one: Coverage): readonly Check[] {
  const here = { area: 'data', cluster: one.cluster, code: 'coverage' } as const
  const message = coverageSentence(one)
  if (one.managed === 0) return [{ ...here, level: 'error', message, hint: one.advice.join('; ') || nothing }]
  return [
    { ...here, level: 'ok', message },
    ...one.advice.map((text): Check => ({ ...here, level: 'warning', message: text })),
  ]
}

const nothing =
  'Add what deploys them to sources: in tortoise.yaml. `tortoise doctor --coverage` lists them, `tortoise discover` the candidates.'
