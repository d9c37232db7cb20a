import { each, type PlacedLayout } from './layout-parts.ts'
import { chart, type Files, kustomization, size, workload, yaml } from './layouts.ts'

const flux = (name: string, spec: object): object => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'flux-system' },
  spec: { interval: '10m', sourceRef: { kind: 'GitRepository', name: 'flux-system' }, ...spec },
})
const release = (name: string, namespace: string | undefined, spec: object): object => ({
  apiVersion: 'helm.toolkit.fluxcd.io/v2',
  kind: 'HelmRelease',
  metadata: { name, ...(namespace && { namespace }) },
  spec: { interval: '10m', ...spec },
})
const inRepository = (path: string): object => ({
  spec: {
    chart: path,
    reconcileStrategy: 'Revision',
    sourceRef: { kind: 'GitRepository', name: 'flux-system', namespace: 'flux-system' },
  },
})
const bootstrapped = (cluster: string): Files => ({
  [`clusters/${cluster}/flux-system/gotk-sync.yaml`]: yaml(
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name: 'flux-system', namespace: 'flux-system' },
      spec: { interval: '1m', ref: { branch: 'main' }, url: 'ssh://git@git.example.com/acme/fleet' },
    },
    flux('flux-system', { path: `./clusters/${cluster}` }),
  ),
  [`clusters/${cluster}/flux-system/kustomization.yaml`]: kustomization('gotk-sync.yaml'),
})
const stages = ['production', 'staging'] as const

/** A directory of each tenant with one of each stage, rolled out by a Kustomization of each tenant. */
const fluxTenants: PlacedLayout = {
  files: {
    ...each(stages, (stage) => ({
      ...bootstrapped(stage),
      [`clusters/${stage}/tenants.yaml`]: yaml(
        ...['a', 'b'].map((tenant) =>
          flux(`tenant-${tenant}`, {
            path: `./tenants/${tenant}/${stage}`,
            targetNamespace: `tenant-${tenant}`,
          }),
        ),
      ),
      ...each(['a', 'b'], (tenant) => ({
        [`tenants/${tenant}/${stage}/kustomization.yaml`]: yaml({
          resources: ['../base'],
          patches: [
            {
              target: { kind: 'Deployment', name: 'web' },
              patch: yaml({
                apiVersion: 'apps/v1',
                kind: 'Deployment',
                metadata: { name: 'web' },
                spec: { template: { spec: { containers: [{ name: 'web', resources: size }] } } },
              }),
            },
          ],
        }),
      })),
    })),
    ...each(['a', 'b'], (tenant) => ({
      [`tenants/${tenant}/base/kustomization.yaml`]: kustomization('web.yaml'),
      [`tenants/${tenant}/base/web.yaml`]: yaml(workload('Deployment', 'web')),
    })),
  },
  runs: Object.fromEntries(
    stages.map((stage) => [
      stage,
      {
        'tenant-a/Deployment/web': `tenants/a/${stage}/kustomization.yaml`,
        'tenant-b/Deployment/web': `tenants/b/${stage}/kustomization.yaml`,
      },
    ]),
  ),
}

/** The layout of flux2-multi-tenancy: the workloads of a tenant are in a repository of its own. */
const multiTenancy: PlacedLayout = {
  files: {
    ...each(stages, (stage) => ({
      ...bootstrapped(stage),
      [`clusters/${stage}/infrastructure.yaml`]: yaml(
        flux('kyverno', { path: './infrastructure/kyverno', prune: true }),
        flux('kyverno-policies', {
          dependsOn: [{ name: 'kyverno' }],
          path: './infrastructure/kyverno-policies',
        }),
      ),
      [`clusters/${stage}/tenants.yaml`]: yaml(
        flux('tenants', { dependsOn: [{ name: 'kyverno-policies' }], path: `./tenants/${stage}` }),
      ),
      [`tenants/${stage}/kustomization.yaml`]: yaml({
        resources: ['../base/dev-team'],
        patches: [{ path: 'dev-team-patch.yaml' }],
      }),
      [`tenants/${stage}/dev-team-patch.yaml`]: yaml({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'dev-team', namespace: 'apps' },
        spec: { path: `./${stage}` },
      }),
    })),
    'infrastructure/kyverno/kustomization.yaml': kustomization('kyverno.yaml'),
    'infrastructure/kyverno/kyverno.yaml': yaml(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kyverno' } },
      workload('Deployment', 'kyverno', { namespace: 'kyverno' }),
    ),
    'infrastructure/kyverno-policies/kustomization.yaml': kustomization('policy.yaml'),
    'infrastructure/kyverno-policies/policy.yaml': yaml({
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      metadata: { name: 'flux-multi-tenancy' },
      spec: { validationFailureAction: 'Enforce' },
    }),
    'tenants/base/dev-team/kustomization.yaml': kustomization('rbac.yaml', 'sync.yaml'),
    'tenants/base/dev-team/rbac.yaml': yaml({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'dev-team', namespace: 'apps' },
    }),
    'tenants/base/dev-team/sync.yaml': yaml(
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'GitRepository',
        metadata: { name: 'dev-team', namespace: 'apps' },
        spec: { interval: '1m', url: 'https://git.example.com/acme/dev-team', ref: { branch: 'main' } },
      },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'dev-team', namespace: 'apps' },
        spec: { interval: '5m', sourceRef: { kind: 'GitRepository', name: 'dev-team' }, prune: true },
      },
    ),
  },
  runs: Object.fromEntries(
    stages.map((stage) => [stage, { 'kyverno/Deployment/kyverno': 'infrastructure/kyverno/kyverno.yaml' }]),
  ),
}

const regions = ['eu-prod-1', 'us-prod-1'] as const

/** Clusters with names of regions: infrastructure before applications, releases with values of ConfigMaps, a component. */
const regionsWithMaps: PlacedLayout = {
  files: {
    ...each(regions, (cluster) => ({
      ...bootstrapped(cluster),
      [`clusters/${cluster}/infrastructure.yaml`]: yaml(
        flux('infra-controllers', { path: './infrastructure/controllers', wait: true }),
        flux('infra-configs', {
          dependsOn: [{ name: 'infra-controllers' }],
          path: './infrastructure/configs',
        }),
      ),
      [`clusters/${cluster}/apps.yaml`]: yaml(
        flux('apps', {
          dependsOn: [{ name: 'infra-configs' }],
          path: `./apps/${cluster}`,
          postBuild: { substitute: { cluster_name: cluster } },
        }),
      ),
      [`apps/${cluster}/kustomization.yaml`]: yaml({
        namespace: 'shop',
        resources: ['../base'],
        components: ['../components/big'],
        configMapGenerator: [{ name: 'cart-values', files: ['values.yaml=cart-values.yaml'] }],
        configurations: ['../kustomizeconfig.yaml'],
      }),
      [`apps/${cluster}/cart-values.yaml`]: yaml({ resources: size }),
    })),
    'apps/kustomizeconfig.yaml': yaml({
      nameReference: [
        {
          kind: 'ConfigMap',
          version: 'v1',
          fieldSpecs: [{ path: 'spec/valuesFrom/name', kind: 'HelmRelease' }],
        },
      ],
    }),
    'apps/components/big/kustomization.yaml': yaml({
      apiVersion: 'kustomize.config.k8s.io/v1alpha1',
      kind: 'Component',
      patches: [{ path: 'web.yaml' }],
    }),
    'apps/components/big/web.yaml': yaml({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { template: { spec: { containers: [{ name: 'web', resources: size }] } } },
    }),
    'apps/base/kustomization.yaml': kustomization('web.yaml', 'cart.yaml'),
    'apps/base/web.yaml': yaml(workload('Deployment', 'web')),
    'apps/base/cart.yaml': yaml(
      release('cart', undefined, {
        chart: inRepository('./charts/service'),
        valuesFrom: [{ kind: 'ConfigMap', name: 'cart-values' }],
      }),
    ),
    'infrastructure/controllers/kustomization.yaml': kustomization('ingress.yaml'),
    'infrastructure/controllers/ingress.yaml': yaml(
      workload('DaemonSet', 'ingress', { namespace: 'ingress' }),
    ),
    'infrastructure/configs/kustomization.yaml': kustomization('map.yaml'),
    'infrastructure/configs/map.yaml': yaml({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'settings', namespace: 'ingress' },
    }),
    ...chart('charts/service'),
  },
  runs: Object.fromEntries(
    regions.map((cluster) => [
      cluster,
      {
        'shop/Deployment/web': 'apps/components/big/web.yaml',
        'shop/Deployment/cart/app': `apps/${cluster}/cart-values.yaml`,
        'ingress/DaemonSet/ingress': 'infrastructure/controllers/ingress.yaml',
      },
    ]),
  ),
}

/** Releases of charts that only a chart repository has. */
const remoteReleases: PlacedLayout = {
  files: {
    ...bootstrapped('main'),
    'clusters/main/apps.yaml': yaml(flux('apps', { path: './apps' })),
    'apps/podinfo.yaml': yaml(
      {
        apiVersion: 'source.toolkit.fluxcd.io/v1',
        kind: 'HelmRepository',
        metadata: { name: 'podinfo', namespace: 'apps' },
        spec: { interval: '5m', url: 'https://charts.example.invalid/podinfo' },
      },
      release('podinfo', 'apps', {
        chart: {
          spec: { chart: 'podinfo', version: '6.x', sourceRef: { kind: 'HelmRepository', name: 'podinfo' } },
        },
        values: { resources: size },
      }),
    ),
  },
  runs: { main: { 'apps/Deployment/podinfo': 'apps/podinfo.yaml' } },
}

/** The layouts of this file by name. */
export const fluxLayouts = { fluxTenants, multiTenancy, regionsWithMaps, remoteReleases }
