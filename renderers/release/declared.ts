import type {
  DeclaringKind,
  ReleaseSource,
  Rendering,
  RepositoryView,
  Source,
} from '../../plugin/model/source.ts'
import { application } from '../argocd/application.ts'
import { applicationSet } from '../argocd/application-set.ts'
import { helmRelease } from '../flux/helm-release.ts'
import { fluxKustomization } from '../flux/kustomization.ts'
import { helmfileRelease, isHelmfile } from '../helmfile/release.ts'
import type { Declaration } from './declaration.ts'

/** Every kind of object that describes a roll-out. */
export const declarations: { readonly [K in DeclaringKind]: Declaration } = {
  HelmRelease: helmRelease,
  Kustomization: fluxKustomization,
  Application: application,
  ApplicationSet: applicationSet,
  Helmfile: helmfileRelease,
}

/** A cheap look whether a file is worth parsing for objects that describe roll-outs. */
export const mayDeclare = (path: string, text: string): boolean =>
  /^\s*(- )?kind: *["']?(HelmRelease|Application|ApplicationSet)["']?\s*$/m.test(text) ||
  text.includes('kustomize.toolkit.fluxcd.io/') ||
  (isHelmfile(path) && /^releases:/m.test(text))

const deepest = 5

/** The roll-outs that the objects of a rendering describe; a chain that comes back to itself, or never ends, is cut. */
export async function declared(
  { source, objects, parts }: Rendering,
  view: RepositoryView,
  charts: string | undefined = source.kind === 'release' ? source.charts : undefined,
): Promise<readonly ReleaseSource[]> {
  if (chainOf(source).length >= deepest) return []
  const path = parts?.[0]?.path ?? source.path
  const context = { namespace: source.namespace ?? 'default', path, view }
  const found = await Promise.all(
    objects.map(async (object) => {
      const lists = await Promise.all(Object.values(declarations).map((one) => one.declares(object, context)))
      return lists.flat()
    }),
  )
  return found.flat().flatMap(({ object, namespace }): readonly ReleaseSource[] => {
    const label = object.generated ?? object.name
    const release: ReleaseSource = {
      kind: 'release',
      id: `${object.kind} ${label} in ${source.id}`,
      path,
      namespace,
      ...(source.cluster === undefined ? {} : { cluster: source.cluster }),
      holder: source,
      object,
      ...(charts === undefined ? {} : { charts }),
    }
    return chainOf(source).some((one) => isSame(one, release)) ? [] : [release]
  })
}

/** A source and those that hold it. */
const chainOf = (source: Source): readonly Source[] =>
  source.kind === 'release' ? [source, ...chainOf(source.holder)] : [source]

const isSame = (one: Source, other: ReleaseSource): boolean =>
  one.kind === 'release' &&
  one.object.kind === other.object.kind &&
  one.object.name === other.object.name &&
  one.object.namespace === other.object.namespace &&
  one.object.generated === other.object.generated
