import {
  argo,
  both,
  each,
  here,
  inCluster,
  overlays,
  type PlacedLayout,
  repoURL,
  runsOf,
} from './layout-parts.ts'
import { chart, kustomization, size, workload, yaml } from './layouts.ts'

/** A root Application of each cluster deploys a chart whose templates make an Application of each entry in its values. */
const chartOfApps: PlacedLayout = {
  files: {
    ...each(both, (stage) => ({
      [`argocd/root-${stage}.yaml`]: yaml(
        argo('Application', `root-${stage}`, {
          source: { ...here, path: 'argocd/apps', helm: { valueFiles: [`values-${stage}.yaml`] } },
          destination: { server: inCluster, namespace: 'argocd' },
        }),
      ),
      [`argocd/apps/values-${stage}.yaml`]: yaml({
        stage,
        apps: { web: { namespace: 'shop' }, api: { namespace: 'shop' } },
      }),
      ...each(['web', 'api'], (name) => ({
        [`deploy/${name}/values-${stage}.yaml`]: yaml({ resources: size }),
      })),
    })),
    'argocd/apps/Chart.yaml': yaml({ apiVersion: 'v2', name: 'apps', version: '0.1.0' }),
    'argocd/apps/values.yaml': 'stage: prod\napps: {}\n',
    'argocd/apps/templates/applications.yaml': `{{- range $name, $app := .Values.apps }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{ $name }}-{{ $.Values.stage }}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: ${repoURL}
    targetRevision: HEAD
    path: deploy/{{ $name }}
    helm:
      releaseName: {{ $name }}
      valueFiles: [values-{{ $.Values.stage }}.yaml]
  destination:
    name: {{ $.Values.stage }}
    namespace: {{ $app.namespace }}
{{- end }}
`,
    ...chart('deploy/web'),
    ...chart('deploy/api'),
  },
  runs: runsOf(both, (stage) => ({
    'shop/Deployment/web/app': `deploy/web/values-${stage}.yaml`,
    'shop/Deployment/api/app': `deploy/api/values-${stage}.yaml`,
  })),
}

const set = (name: string, spec: object): object =>
  argo('ApplicationSet', name, { goTemplate: true, ...spec })

/** An ApplicationSet over the clusters that Argo CD knows, which only a cluster can answer. */
const clustersGenerator: PlacedLayout = {
  files: {
    'argocd/appset.yaml': yaml(
      set('apps', {
        generators: [
          {
            matrix: {
              generators: [
                { clusters: { selector: { matchLabels: { team: 'shop' } } } },
                { git: { repoURL, revision: 'HEAD', directories: [{ path: 'apps/*' }] } },
              ],
            },
          },
        ],
        template: {
          metadata: { name: '{{.path.basename}}-{{.name}}' },
          spec: {
            project: 'default',
            source: { ...here, path: '{{.path.path}}/overlays/{{.name}}' },
            destination: { server: '{{.server}}', namespace: 'shop' },
          },
        },
      }),
    ),
    ...overlays(['web', 'api'], both),
  },
  runs: runsOf(both, () => ({
    'shop/Deployment/web': 'apps/web/base/web.yaml',
    'shop/Deployment/api': 'apps/api/base/api.yaml',
  })),
}

/** An ApplicationSet over a `config.json` of each application and cluster. */
const filesGenerator: PlacedLayout = {
  files: {
    'appsets/services.yaml': yaml(
      set('services', {
        generators: [{ git: { repoURL, revision: 'HEAD', files: [{ path: 'services/*/*/config.json' }] } }],
        template: {
          metadata: { name: '{{.name}}-{{.cluster.name}}' },
          spec: {
            project: 'default',
            source: {
              ...here,
              path: 'charts/service',
              helm: { releaseName: '{{.name}}', valueFiles: ['/{{.path.path}}/values.yaml'] },
            },
            destination: { server: '{{.cluster.address}}', namespace: '{{.namespace}}' },
          },
        },
      }),
    ),
    ...chart('charts/service'),
    ...each(['eu-prod-1', 'us-prod-1'], (cluster) =>
      each(['web', 'api'], (name) => ({
        [`services/${name}/${cluster}/config.json`]: JSON.stringify({
          name,
          namespace: 'shop',
          cluster: { name: cluster, address: `https://${cluster}.k8s.example.com:6443` },
        }),
        [`services/${name}/${cluster}/values.yaml`]: yaml({ resources: size }),
      })),
    ),
  },
  runs: runsOf(['eu-prod-1', 'us-prod-1'], (cluster) => ({
    'shop/Deployment/web/app': `services/web/${cluster}/values.yaml`,
    'shop/Deployment/api/app': `services/api/${cluster}/values.yaml`,
  })),
}

/** An ApplicationSet that merges directories with exceptions for one of them. */
const mergeGenerator: PlacedLayout = {
  files: {
    'bootstrap/appset.yaml': yaml(
      argo('ApplicationSet', 'addons', {
        generators: [
          {
            merge: {
              mergeKeys: ['path'],
              generators: [
                {
                  git: {
                    repoURL,
                    revision: 'HEAD',
                    directories: [{ path: 'addons/*' }],
                    values: { namespace: 'addons' },
                  },
                },
                { list: { elements: [{ path: 'addons/metrics', 'values.namespace': 'monitoring' }] } },
              ],
            },
          },
        ],
        template: {
          metadata: { name: '{{path.basename}}' },
          spec: {
            project: 'default',
            source: { ...here, path: '{{path}}' },
            destination: { server: inCluster, namespace: '{{values.namespace}}' },
          },
        },
      }),
    ),
    'addons/metrics/metrics.yaml': yaml(workload('Deployment', 'metrics')),
    'addons/dns/dns.yaml': yaml(workload('Deployment', 'dns')),
  },
  runs: {
    main: {
      'monitoring/Deployment/metrics': 'addons/metrics/metrics.yaml',
      'addons/Deployment/dns': 'addons/dns/dns.yaml',
    },
  },
}

/** An ApplicationSet of each tenant beside its applications, found by a root Application. */
const tenantSets: PlacedLayout = {
  files: {
    'root.yaml': yaml(
      argo('Application', 'root', {
        source: { ...here, path: 'tenants', directory: { recurse: true, include: '*/appset.yaml' } },
        destination: { server: inCluster, namespace: 'argocd' },
      }),
    ),
    ...each(['red', 'blue'], (tenant) => ({
      [`tenants/${tenant}/appset.yaml`]: yaml(
        set(tenant, {
          generators: [
            { git: { repoURL, revision: 'HEAD', directories: [{ path: `tenants/${tenant}/apps/*` }] } },
          ],
          template: {
            metadata: { name: `${tenant}-{{.path.basename}}` },
            spec: {
              project: tenant,
              source: { ...here, path: '{{.path.path}}' },
              destination: { server: inCluster, namespace: `${tenant}-{{.path.basename}}` },
            },
          },
        }),
      ),
      [`tenants/${tenant}/project.yaml`]: yaml(argo('AppProject', tenant, { sourceRepos: ['*'] })),
      [`tenants/${tenant}/apps/web/kustomization.yaml`]: kustomization('web.yaml'),
      [`tenants/${tenant}/apps/web/web.yaml`]: yaml(workload('Deployment', 'web')),
      [`tenants/${tenant}/apps/jobs/jobs.yaml`]: yaml(workload('Deployment', 'jobs')),
    })),
  },
  runs: {
    main: Object.assign(
      {},
      ...['red', 'blue'].map((tenant) => ({
        [`${tenant}-web/Deployment/web`]: `tenants/${tenant}/apps/web/web.yaml`,
        [`${tenant}-jobs/Deployment/jobs`]: `tenants/${tenant}/apps/jobs/jobs.yaml`,
      })),
    ),
  },
}

/** Applications that take a chart of this repository and its values by `$values`, without an Application above them. */
const multiSource: PlacedLayout = {
  files: {
    ...each(both, (stage) =>
      each(['web', 'api'], (name) => ({
        [`applications/${stage}/${name}.yaml`]: yaml(
          argo('Application', `${name}-${stage}`, {
            sources: [
              {
                ...here,
                path: 'charts/service',
                helm: {
                  releaseName: name,
                  valueFiles: ['$values/env/common.yaml', `$values/env/${stage}/${name}.yaml`],
                },
              },
              { ...here, ref: 'values' },
            ],
            destination: { server: `https://api.${stage}.example.com`, namespace: 'shop' },
          }),
        ),
        [`env/${stage}/${name}.yaml`]: yaml({ resources: size }),
      })),
    ),
    'env/common.yaml': 'replicas: 1\n',
    ...chart('charts/service'),
  },
  runs: runsOf(both, (stage) => ({
    'shop/Deployment/web/app': `env/${stage}/web.yaml`,
    'shop/Deployment/api/app': `env/${stage}/api.yaml`,
  })),
}

/** A hub deploys to itself and to spokes by the URLs of their API servers, which say no name. */
const hubAndSpokes: PlacedLayout = {
  files: {
    'root.yaml': yaml(
      argo('Application', 'root', {
        source: { ...here, path: 'clusters', directory: { recurse: true } },
        destination: { server: inCluster, namespace: 'argocd' },
      }),
    ),
    'clusters/hub/tools.yaml': yaml(
      argo('Application', 'tools', {
        source: { ...here, path: 'tools' },
        destination: { server: inCluster, namespace: 'tools' },
      }),
    ),
    ...each(['edge-a', 'edge-b'], (spoke) => ({
      [`clusters/${spoke}/web.yaml`]: yaml(
        argo('Application', `web-${spoke}`, {
          source: { ...here, path: `apps/web/overlays/${spoke}` },
          destination: { server: `https://10.0.${spoke === 'edge-a' ? 1 : 2}.10:6443`, namespace: 'shop' },
        }),
      ),
    })),
    'tools/tools.yaml': yaml(workload('Deployment', 'tools')),
    ...overlays(['web'], ['edge-a', 'edge-b']),
  },
  runs: {
    hub: { 'tools/Deployment/tools': 'tools/tools.yaml' },
    'edge-a': { 'shop/Deployment/web': 'apps/web/base/web.yaml' },
    'edge-b': { 'shop/Deployment/web': 'apps/web/base/web.yaml' },
  },
}

/** The layouts of this file by name. */
export const argocdLayouts = {
  chartOfApps,
  clustersGenerator,
  filesGenerator,
  mergeGenerator,
  tenantSets,
  multiSource,
  hubAndSpokes,
}
