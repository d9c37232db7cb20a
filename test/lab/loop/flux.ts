import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlPlane } from '../cluster/control-plane.ts'

const sources = '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories'
const kustomizations = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations'
const sourceRef = { kind: 'GitRepository', name: 'flux-system' }
/** Longer than the lab runs: Flux acts when the lab requests it. */
const interval = '10h'

/** The objects of Flux that roll out the repository. */
export interface Flux {
  /** Requests a reconciliation, and waits until every active Kustomization applied a commit. */
  readonly reconcile: (commit: string) => Promise<void>
  /** Suspends or resumes the Kustomization of a directory. */
  readonly suspend: (directory: string, isSuspended: boolean) => Promise<void>
}

interface Status {
  readonly metadata: { readonly generation: number }
  readonly spec: { readonly suspend?: boolean }
  readonly status?: {
    readonly artifact?: { readonly revision: string }
    readonly lastAppliedRevision?: string
    readonly observedGeneration?: number
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

interface Repository {
  readonly url: string
  readonly token: string
  readonly directories: readonly string[]
  /** Paths of HelmReleases in the API. */
  readonly releases: readonly string[]
}

/** Whether a release has its current values. */
const isReleased = ({ metadata, status }: Status): boolean =>
  status?.observedGeneration === metadata.generation &&
  status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true

const nameOf = (directory: string): string => directory.replaceAll('/', '-')

/** The Kustomization that rolls out a directory. */
const kustomizationOf = (directory: string): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name: nameOf(directory), namespace: 'flux-system' },
  spec: { interval, path: `./${directory}`, prune: true, sourceRef },
})

/** Creates a GitRepository of the branch `main` and a Kustomization of each directory. */
export async function rollOutByFlux(
  { call }: Pick<ControlPlane, 'call'>,
  { url, token, directories, releases }: Repository,
): Promise<Flux> {
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'flux-system' } })
  await call('POST', '/api/v1/namespaces/flux-system/secrets', {
    metadata: { name: 'login' },
    stringData: { username: 'x-access-token', password: token },
  })
  await call('POST', sources, {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'flux-system' },
    spec: { interval, url, ref: { branch: 'main' }, secretRef: { name: 'login' } },
  })
  for (const directory of directories) await call('POST', kustomizations, kustomizationOf(directory))

  const until = async (path: string, holds: (found: Status) => boolean): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      const found = (await call('GET', path)) as Status
      if (holds(found)) return
      if (tries > 600) throw new Error(`Flux does not get there: ${path} ${JSON.stringify(found.status)}`)
      await sleep(200)
    }
  }
  const request = (path: string): Promise<unknown> =>
    call('PATCH', path, {
      metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': new Date().toISOString() } },
    })
  return {
    reconcile: async (commit) => {
      const revision = `main@sha1:${commit}`
      await request(`${sources}/flux-system`)
      await until(`${sources}/flux-system`, ({ status }) => status?.artifact?.revision === revision)
      const paths = directories.map((one) => `${kustomizations}/${nameOf(one)}`)
      for (const path of paths) await request(path)
      for (const path of paths)
        await until(
          path,
          ({ spec, status }) => spec.suspend === true || status?.lastAppliedRevision === revision,
        )
      for (const path of releases) await until(path, isReleased)
    },
    suspend: async (directory, isSuspended) => {
      await call('PATCH', `${kustomizations}/${nameOf(directory)}`, { spec: { suspend: isSuspended } })
    },
  }
}
