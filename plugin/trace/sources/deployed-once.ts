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

/**
 * Leaves out sources that a release deploys: those whose entry file the release reads for what it renders, and whose
 * workloads are all among its own, on the same cluster. An edit would otherwise seem to change two sources.
 */
export async function deployedOnce(all: readonly Rendering[], ports: InputPorts): Promise<DeployedOnce> {
  const releases = all.filter(({ source }) => isRelease(source))
  if (releases.length === 0) return { rendered: all, repeated: [] }
  const files = await inParallel(all, ({ source }) => filesOf(source, ports))
  const known = new Map(all.map((one, index) => [one, { files: files[index], keys: keysOf(one) }]))
  const repeated = all.flatMap((one): readonly RepeatedSource[] => {
    const by = isRelease(one.source) ? undefined : releases.find((other) => isDeployedBy(one, other))
    if (by === undefined) return []
    const declares = sourceChain(by.source).some(({ id }) => id === one.source.id)
    return [{ source: one.source, by: by.source, declares }]
  })
  const isRepeated = (source: Source): boolean => repeated.some((one) => one.source === source)
  return { rendered: all.filter(({ source }) => !isRepeated(source)), repeated }

  function isDeployedBy(one: Rendering, release: Rendering): boolean {
    const [own, other] = [known.get(one), known.get(release)]
    if (own?.files === undefined || other?.files === undefined || one === release) return false
    return (
      one.source.cluster === release.source.cluster &&
      entriesOf(own.files, ports).some((file) => other.files?.inner.has(file)) &&
      own.keys.every((key) => other.keys.includes(key))
    )
  }
}

const entriesOf = ({ source, files }: SourceFiles, { renderer }: InputPorts): readonly string[] =>
  [...new Set([...files, source.path])].filter((file) => isEntryOf(source, file, renderer.kinds))

const keysOf = ({ source, objects }: Rendering): readonly string[] =>
  workloadsOf(objects, namespaceOf(source)).map(({ workload }) => workloadKey(workload))
