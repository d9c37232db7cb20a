import type { ControlPlane } from './control-plane.ts'

interface KubeConfigText {
  readonly clusters: readonly { readonly cluster: object }[]
  readonly users: readonly { readonly user: object }[]
}

/** One kubeconfig, as JSON, with a context for each of several control planes. A name without one leads to a closed port. */
export function kubeconfigOfSeveral(
  planes: Readonly<Record<string, Pick<ControlPlane, 'kubeconfig'> | undefined>>,
): string {
  const known = Object.entries(planes).map(([name, plane]) => {
    const config = plane && (JSON.parse(plane.kubeconfig()) as KubeConfigText)
    const closed = { server: 'https://127.0.0.1:9', 'insecure-skip-tls-verify': true }
    return {
      context: { name, context: { cluster: name, user: name } },
      cluster: { name, cluster: config?.clusters[0]?.cluster ?? closed },
      user: { name, user: config?.users[0]?.user ?? { token: 'none' } },
    }
  })
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    contexts: known.map(({ context }) => context),
    clusters: known.map(({ cluster }) => cluster),
    users: known.map(({ user }) => user),
  })
}

/** An Application of Argo CD that rolls out a path of a repository to its own cluster. */
export const applicationOf = (
  name: string,
  source: { readonly repoURL: string; readonly path: string; readonly targetRevision?: string },
  resources: readonly object[] = [],
): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name, namespace: 'argocd' },
  spec: {
    project: 'default',
    destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
    source,
  },
  status: { resources },
})

/** The GitRepository `flux-system` of Flux and a Kustomization of a path in it. */
export const fluxOf = (url: string, path: string, branch: string): readonly object[] => [
  {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'GitRepository',
    metadata: { name: 'flux-system', namespace: 'flux-system' },
    spec: { interval: '1m', url, ref: { branch } },
  },
  {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: 'flux-system', namespace: 'flux-system' },
    spec: {
      interval: '10m',
      path,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    },
  },
]

interface Created {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly namespace: string }
}

const plurals: Readonly<Record<string, string>> = { GitRepository: 'gitrepositories' }

/** Creates custom objects, and the namespaces that they are in. */
export async function createObjects({ call }: ControlPlane, objects: readonly object[]): Promise<void> {
  const all = objects as readonly Created[]
  for (const name of new Set(all.map(({ metadata }) => metadata.namespace)))
    await call('POST', '/api/v1/namespaces', { metadata: { name } })
  for (const one of all) {
    const plural = plurals[one.kind] ?? `${one.kind.toLowerCase()}s`
    await call('POST', `/apis/${one.apiVersion}/namespaces/${one.metadata.namespace}/${plural}`, one)
  }
}
