import { workloadsOf } from '../../model/manifest.ts'
import { inParallel } from '../../model/parallel.ts'
import type { Rendering, Source } from '../../model/source.ts'
import { isRelease, namespaceOf, sourceChain } from '../../model/source.ts'
import { workloadKey } from '../../model/workload.ts'
import { isEntryOf } from './detect.ts'
import type { InputPorts } from './ports.ts'
import { filesOf, type SourceFiles } from './source-files.ts'

/** Renderings of sources that deploy, and those that another one of them deploys. */
export interface DeployedOnce {
  readonly rendered: readonly Rendering[]
  readonly repeated: readonly RepeatedSource[]
}

/** A source whose objects a release among the others deploys. */
export interface RepeatedSource {
  readonly source: Source
  readonly by: Source
  /** Whether the source also declares that release: Flux applies the directory that it was started from. */
  readonly declares: boolean
}

/** A source with its files, and the keys of the workloads that it renders. */
export interface DeployingSource extends Pick<SourceFiles, 'source' | 'files' | 'inner'> {
  readonly keys: readonly string[]
}

/**
 * Leaves out sources that a release deploys: those whose entry file the release reads for what it renders, and whose
 * workloads are all among its own, on the same cluster. An edit would otherwise seem to change two sources.
 */
export async function deployedOnce(all: readonly Rendering[], ports: InputPorts): Promise<DeployedOnce> {
  if (!all.some(({ source }) => isRelease(source))) return { rendered: all, repeated: [] }
  const known = await inParallel(all, async (one) => ({
    ...(await filesOf(one.source, ports)),
    keys: keysOf(one),
  }))
  const repeated = repeatedSources(known, ports)
  const left = new Set(repeated.map(({ source }) => source))
  return { rendered: all.filter(({ source }) => !left.has(source)), repeated }
}

/** The sources that a release among them deploys. */
export function repeatedSources(
  all: readonly DeployingSource[],
  ports: Pick<InputPorts, 'renderer'>,
): readonly RepeatedSource[] {
  const releases = all.filter(({ source }) => isRelease(source))
  return all.flatMap((one): readonly RepeatedSource[] => {
    const by = isRelease(one.source)
      ? undefined
      : releases.find((other) => isDeployedBy(one, other, ports))?.source
    if (by === undefined) return []
    const declares = sourceChain(by).some(({ id }) => id === one.source.id)
    return [{ source: one.source, by, declares }]
  })
}

const isDeployedBy = (
  one: DeployingSource,
  release: DeployingSource,
  ports: Pick<InputPorts, 'renderer'>,
): boolean =>
  one.source.cluster === release.source.cluster &&
  entriesOf(one, ports).some((file) => release.inner.has(file)) &&
  one.keys.every((key) => release.keys.includes(key))

const entriesOf = (
  { source, files }: Pick<SourceFiles, 'source' | 'files'>,
  { renderer }: Pick<InputPorts, 'renderer'>,
): readonly string[] =>
  [...new Set([...files, source.path])].filter((file) => isEntryOf(source, file, renderer.kinds))

const keysOf = ({ source, objects }: Rendering): readonly string[] =>
  workloadsOf(objects, namespaceOf(source)).map(({ workload }) => workloadKey(workload))
