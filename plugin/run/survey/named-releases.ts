import type { Source } from '../../model/source.ts'
import type { Workload } from '../../model/workload.ts'
import type { InputPorts } from '../../trace/sources/ports.ts'
import { renderEach } from '../../trace/sources/releases.ts'
import { declaredWorkloads, withoutNamespace } from './declared.ts'

/** What a chart deploys as a release of a name. */
export interface NamedRelease {
  readonly release: string
  readonly workloads: readonly Workload[]
}

/** A source; a chart as a release of each name that it may have, most likely first. */
export async function namedReleases(
  source: Source,
  { view, renderer }: InputPorts,
): Promise<readonly [Source, ...Source[]]> {
  const kind = renderer.kinds.find(({ name }) => name === source.kind)
  const names = (await kind?.releaseNames?.(source, view)) ?? []
  const { path, values = [] } = source
  const all = names.map((release) => kind?.identify({ path, values, release }) ?? source)
  const [first = source, ...others] = all
  return [first, ...others]
}

/** What each of some releases deploys; one that does not render is left out. */
export async function releasesOf(
  sources: readonly Source[],
  ports: InputPorts,
): Promise<readonly NamedRelease[]> {
  const { rendered } = await renderEach(sources.map(withoutNamespace), ports)
  return rendered.flatMap((one) => {
    const { release } = one.source
    return release === undefined ? [] : [{ release, workloads: declaredWorkloads(one) }]
  })
}
