import { clusterOfApplication } from '../../plugin/model/destination.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import type { ReleaseSource, Rendering, RepositoryView, Source } from '../../plugin/model/source.ts'
import { isRelease, namespaceOf, sharedDetails, sourceChain } from '../../plugin/model/source.ts'
import type { DeclaringKind, DeclaringPorts } from './declaring-kind.ts'

const longestChain = 5

/** Answers which sources the objects of renderings declare, by the given kinds of objects. */
export const declarationsBy = (
  kinds: readonly DeclaringKind[],
  portsFor: (view: RepositoryView) => DeclaringPorts,
): Pick<Renderer, 'declared' | 'mayDeclare' | 'computesPaths' | 'format'> => ({
  declared: (rendering, view, charts = chartsOf(rendering.source)) =>
    declared(rendering, { kinds, charts, ports: portsFor(view) }),
  mayDeclare: (path, text) => kinds.some(({ mayBeIn }) => mayBeIn(path, text)),
  computesPaths: (text) => kinds.some(({ computesPaths }) => computesPaths?.(text) === true),
  format: (name) => kinds.find(({ kind }) => kind === name),
})

/** Releases that a release declares take their charts from the same directory. */
const chartsOf = (source: Source): string | undefined => (isRelease(source) ? source.charts : undefined)

interface DeclaredContext {
  readonly kinds: readonly DeclaringKind[]
  readonly charts: string | undefined
  readonly ports: DeclaringPorts
}

/** The sources that the objects of a rendering declare; a chain that returns to itself, or is too long, ends. */
async function declared(
  { source, objects, parts }: Rendering,
  { kinds, charts, ports }: DeclaredContext,
): Promise<readonly ReleaseSource[]> {
  const chain = sourceChain(source)
  if (chain.length >= longestChain) return []
  const [part] = parts ?? []
  const path = part?.path ?? source.path
  const context = { ...ports, namespace: namespaceOf(source), path }
  const found = await Promise.all(
    objects.flatMap((object) => kinds.map((one) => one.declares(object, context))),
  )
  const releases = found.flat().map(
    ({ object, namespace, cluster = source.cluster, destination }): ReleaseSource => ({
      kind: 'release',
      id: `${object.kind} ${object.generated ?? object.name} in ${source.id}`,
      ...sharedDetails({ ...source, path, namespace, cluster }),
      declaredIn: source,
      ...(part === undefined ? {} : { declaredFrom: part }),
      declaredBy: object,
      ...(destination === undefined ? {} : { destination }),
      ...(charts === undefined ? {} : { charts }),
    }),
  )
  return releases.filter(
    (release) => !chain.some((one) => isSame(one, release)) && !isForAnother(release, ports),
  )
}

/** Whether an Application is deployed to another cluster of the settings than its source is for. */
function isForAnother(
  { cluster, destination, declaredBy }: ReleaseSource,
  { clusters }: DeclaringPorts,
): boolean {
  if (cluster === undefined || destination === undefined) return false
  const application = declaredBy.generated ?? declaredBy.name
  const named = clusterOfApplication({ destination, application }, clusters)
  return named !== undefined && named !== cluster && clusters.some(({ name }) => name === cluster)
}

const isSame = ({ declaredBy: one }: Source, { declaredBy: other }: ReleaseSource): boolean =>
  one !== undefined &&
  one.kind === other.kind &&
  one.name === other.name &&
  one.namespace === other.namespace &&
  one.generated === other.generated
