import type * as z from 'zod'
import { openApiServer } from './api-server.ts'
import { type HubOptions, hubApplications, localApplications } from './hub.ts'
import { otherKinds } from './kinds.ts'
import { type ClusterPorts, lister } from './lister.ts'
import type { ClusterOptions } from './read-cluster.ts'
import {
  applicationSchema,
  gitRepositorySchema,
  helmReleaseSchema,
  kustomizationSchema,
} from './rollout-objects.ts'

/** A Git repository that a live object takes what it rolls out from. All texts are those of the object: anybody who may create one chooses them. */
export interface LiveOrigin {
  /** The cluster that the object is in, as named in settings. */
  readonly at: string
  /** The cluster that it is rolled out to; absent where the object leads to one that nothing names. */
  readonly cluster?: string
  readonly repository: string
  /** Branch, tag, commit or range of versions; `HEAD` is the default branch. */
  readonly revision: string
  /** `Application argocd/web`. */
  readonly by: string
}

/** How a cluster is reached, with the one that Argo CD runs on. */
export type OriginsOptions = Omit<ClusterOptions, 'kinds'>

/**
 * Lists the Git repositories from which Argo CD and Flux roll out to a cluster, and those from which its own objects roll
 * out elsewhere, without charts of registries. Of an Application, those of the Applications that deploy it count too. Rejects with `kubernetes.unreachable` or
 * `kubernetes.refused`.
 */
export async function readOrigins(
  options: OriginsOptions,
  ports: ClusterPorts,
): Promise<readonly LiveOrigin[]> {
  const { cluster, namespaces = [] } = options
  const server = await openApiServer(options, ports.pause)
  const { list } = lister(server, { cluster, namespaces, progress: ports.progress })
  const local = localApplications(await list(otherKinds.applications, applicationSchema), server.url)
  const hub = await applicationsOfHub(options.hub, { of: cluster, url: server.url, ports })
  const flux = {
    kustomizations: await list(otherKinds.kustomizations, kustomizationSchema),
    helmReleases: await list(otherKinds.helmReleases, helmReleaseSchema),
    gitRepositories: await list(otherKinds.gitRepositories, gitRepositorySchema),
  }
  const own = withDeployers(local.own, [...local.own, ...local.others])
  const elsewhere = local.others.filter((one) => !own.includes(one))
  const ofHub = withDeployers(hub.own, [...hub.own, ...hub.others])
  return [
    ...own.flatMap(originsOfApplication).map((one) => ({ at: cluster, cluster, ...one })),
    ...ofHub
      .flatMap(originsOfApplication)
      .map((one) => ({ at: options.hub?.cluster ?? cluster, cluster, ...one })),
    ...elsewhere.flatMap(originsOfApplication).map((one) => ({ at: cluster, ...one })),
    ...originsOfFlux(flux).map(({ isRemote, ...one }) => ({
      at: cluster,
      ...(isRemote ? {} : { cluster }),
      ...one,
    })),
  ]
}

const applicationsOfHub = async (
  hub: HubOptions | undefined,
  about: Parameters<typeof hubApplications>[1],
) => (hub === undefined ? { own: [], others: [] } : hubApplications(hub, about))

type Application = z.infer<typeof applicationSchema>
type Found = Omit<LiveOrigin, 'at' | 'cluster'>

/** Applications with those that deploy them, by way of an ApplicationSet or not. */
function withDeployers(
  applications: readonly Application[],
  all: readonly Application[],
): readonly Application[] {
  const found = new Set(applications)
  for (const one of found)
    for (const other of all) if (!found.has(other) && deploys(other, one)) found.add(other)
  return [...found]
}

const deploys = ({ status }: Application, { metadata }: Application): boolean => {
  const { name, namespace, ownerReferences } = metadata
  const set = ownerReferences.find(({ kind }) => kind === 'ApplicationSet')?.name
  return (status?.resources ?? []).some(
    (one) =>
      one.group === 'argoproj.io' &&
      (one.namespace ?? namespace) === namespace &&
      ((one.kind === 'Application' && one.name === name) ||
        (one.kind === 'ApplicationSet' && one.name === set)),
  )
}

function originsOfApplication({ metadata: { namespace, name }, spec }: Application): readonly Found[] {
  const sources = spec.sources ?? (spec.source === undefined ? [] : [spec.source])
  return sources.flatMap(({ repoURL, chart, targetRevision }) =>
    repoURL === undefined || (chart ?? '') !== ''
      ? []
      : [
          {
            repository: repoURL,
            revision: branchOr(targetRevision, 'HEAD'),
            by: `Application ${namespace}/${name}`,
          },
        ],
  )
}

interface FluxObjects {
  readonly kustomizations: readonly z.infer<typeof kustomizationSchema>[]
  readonly helmReleases: readonly z.infer<typeof helmReleaseSchema>[]
  readonly gitRepositories: readonly z.infer<typeof gitRepositorySchema>[]
}

type GitReference = NonNullable<z.infer<typeof gitRepositorySchema>['spec']['ref']>
type SourceReference = z.infer<typeof kustomizationSchema>['spec']['sourceRef']

interface FoundByFlux extends Found {
  /** Whether its `kubeConfig` leads to another cluster. */
  readonly isRemote: boolean
}

interface FluxObject {
  readonly kind: string
  readonly metadata: Application['metadata']
  readonly from: SourceReference
  readonly isRemote: boolean
}

/** The repositories that Kustomizations and HelmReleases refer to; Flux takes the branch `master` where a GitRepository names none. */
function originsOfFlux({
  kustomizations,
  helmReleases,
  gitRepositories,
}: FluxObjects): readonly FoundByFlux[] {
  const known = new Map(
    gitRepositories.map(({ metadata: { namespace, name }, spec }) => [`${namespace}/${name}`, spec]),
  )
  const objects: readonly FluxObject[] = [
    ...kustomizations.map(({ metadata, spec: { sourceRef, kubeConfig } }) => ({
      kind: 'Kustomization',
      metadata,
      from: sourceRef,
      isRemote: kubeConfig != null,
    })),
    ...helmReleases.map(({ metadata, spec }) => ({
      kind: 'HelmRelease',
      metadata,
      from: spec.chart?.spec.sourceRef,
      isRemote: spec['kubeConfig'] != null,
    })),
  ]
  return objects.flatMap(({ kind, metadata: { namespace, name }, from, isRemote }) => {
    const git =
      from?.kind === 'GitRepository' ? known.get(`${from.namespace ?? namespace}/${from.name}`) : undefined
    if (git === undefined) return []
    const revision = branchOr(selectedBy(git.ref), 'master')
    return [{ repository: git.url, revision, by: `${kind} ${namespace}/${name}`, isRemote }]
  })
}

/** What a `ref` selects, in the order in which Flux reads it. */
const selectedBy = ({ commit, name, semver, tag, branch }: GitReference = {}): string | undefined =>
  [commit, name, semver, tag, branch].find((one) => one !== undefined && one !== '')

const branchOr = (revision: string | undefined, standard: string): string => {
  const text = (revision ?? '').trim()
  return text === '' ? standard : text.replace(/^refs\/heads\//, '')
}
