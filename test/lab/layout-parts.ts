import { type Deployed, type Files, kustomization, size, workload, yaml } from './layouts.ts'

/** A repository in which each cluster runs workloads of its own, with the file that sets the requests of each. */
export interface PlacedLayout {
  readonly files: Files
  /** By cluster: `namespace/Kind/name` or `namespace/Kind/name/container`, and the file in which its requests change. */
  readonly runs: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** What the clusters of a layout run, for recorded usage. */
export const deployedIn = ({ runs }: PlacedLayout): ReadonlyMap<string, readonly Deployed[]> =>
  new Map(
    Object.entries(runs).map(([cluster, all]) => [
      cluster,
      Object.keys(all).map((key) => {
        const [namespace = '', kind = '', name = '', container = name] = key.split('/')
        return { namespace, kind, name, container }
      }),
    ]),
  )

/** The two stages of most layouts. */
export const both = ['prod', 'staging'] as const

/** The files of every key together. */
export const each = <T extends string>(keys: readonly T[], make: (key: T) => Files): Files =>
  Object.assign({}, ...keys.map(make))

/** What runs in each of some clusters. */
export const runsOf = <T extends string>(
  keys: readonly T[],
  make: (key: T) => Readonly<Record<string, string>>,
): PlacedLayout['runs'] => Object.fromEntries(keys.map((key) => [key, make(key)]))

/** A kustomization of each application with overlays of each stage. */
export const overlays = (names: readonly string[], stages: readonly string[]): Files =>
  each(names, (name) => ({
    [`apps/${name}/base/kustomization.yaml`]: kustomization(`${name}.yaml`),
    [`apps/${name}/base/${name}.yaml`]: yaml(workload('Deployment', name)),
    ...each(stages, (stage) => ({
      [`apps/${name}/overlays/${stage}/kustomization.yaml`]: yaml({ resources: ['../../base'] }),
    })),
  }))

/** A patch that sizes a Deployment. */
export const sizePatch = (name: string): string =>
  yaml({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { template: { spec: { containers: [{ name, resources: size }] } } },
  })

/** The URL of the repository in objects of Argo CD. */
export const repoURL = 'https://git.example.com/acme/platform.git'

/** A source of an Application that is in the repository, without its path. */
export const here = { repoURL, targetRevision: 'HEAD' }

/** The URL of Argo CD's own cluster. */
export const inCluster = 'https://kubernetes.default.svc'

/** An object of Argo CD. */
export const argo = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind,
  metadata: { name, namespace: 'argocd' },
  spec: { ...(kind === 'Application' ? { project: 'default' } : {}), ...spec },
})
