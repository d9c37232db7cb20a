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
  /** The cluster that it is rolled out to, as named in settings. */
  readonly cluster: string
  readonly repository: string
  /** Branch, tag, commit or range of versions; `HEAD` is the default branch. */
  readonly revision: string
  /** `Application argocd/web`. */
  readonly by: string
}

/** How a cluster is reached, with the one that Argo CD runs on. */
export type OriginsOptions = Omit<ClusterOptions, 'kinds'>

/**
 * Lists the Git repositories from which Argo CD and Flux roll out to a cluster, without charts of registries. Of an
 * Application, those of the Applications that deploy it count too. Rejects with `kubernetes.unreachable` or
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
  const own = [
    ...withDeployers(local.own, [...local.own, ...local.others]),
    ...withDeployers(hub.own, [...hub.own, ...hub.others]),
  ]
  const found = [...own.flatMap(originsOfApplication), ...originsOfFlux(flux)]
  return found.map((one) => ({ cluster, ...one }))
}

const applicationsOfHub = async (
  hub: HubOptions | undefined,
  about: Parameters<typeof hubApplications>[1],
) => (hub === undefined ? { own: [], others: [] } : hubApplications(hub, about))

type Application = z.infer<typeof applicationSchema>
type Found = Omit<LiveOrigin, 'cluster'>

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

type SourceReference = z.infer<typeof kustomizationSchema>['spec']['sourceRef']

/** The repositories that a Kustomization or HelmRelease refers to; Flux takes the branch `master` where a GitRepository names none. */
function originsOfFlux({ kustomizations, helmReleases, gitRepositories }: FluxObjects): readonly Found[] {
  const known = new Map(
    gitRepositories.map(({ metadata: { namespace, name }, spec }) => [`${namespace}/${name}`, spec]),
  )
  const originOf = (
    kind: string,
    { namespace, name }: Application['metadata'],
    from: SourceReference,
  ): readonly Found[] => {
    const git =
      from?.kind === 'GitRepository' ? known.get(`${from.namespace ?? namespace}/${from.name}`) : undefined
    if (git === undefined) return []
    const { commit, name: reference, semver, tag, branch } = git.ref ?? {}
    const selected = [commit, reference, semver, tag, branch].find((one) => one !== undefined && one !== '')
    const revision = branchOr(selected, 'master')
    return [{ repository: git.url, revision, by: `${kind} ${namespace}/${name}` }]
  }
  return [
    ...kustomizations.flatMap(({ metadata, spec }) => originOf('Kustomization', metadata, spec.sourceRef)),
    ...helmReleases.flatMap(({ metadata, spec }) =>
      originOf('HelmRelease', metadata, spec.chart?.spec.sourceRef),
    ),
  ]
}

const branchOr = (revision: string | undefined, standard: string): string => {
  const text = (revision ?? '').trim()
  return text === '' ? standard : text.replace(/^refs\/heads\//, '')
}
