import { argo, each, here, inCluster, overlays, type PlacedLayout, repoURL, runsOf } from './layout-parts.ts'
import { chart, kustomization, size, workload, yaml } from './layouts.ts'

/** The example of Argo CD's documentation: a list of clusters with the URLs of their API servers. */
const listOfUrls: PlacedLayout = {
  files: {
    'appset.yaml': yaml(
      argo('ApplicationSet', 'guestbook', {
        generators: [
          {
            list: {
              elements: [
                { cluster: 'engineering-dev', url: 'https://1.2.3.4' },
                { cluster: 'engineering-prod', url: 'https://2.4.6.8' },
              ],
            },
          },
        ],
        template: {
          metadata: { name: '{{cluster}}-guestbook' },
          spec: {
            project: 'default',
            source: { ...here, path: 'guestbook/{{cluster}}' },
            destination: { server: '{{url}}', namespace: 'guestbook' },
          },
        },
      }),
    ),
    ...each(['engineering-dev', 'engineering-prod'], (cluster) => ({
      [`guestbook/${cluster}/guestbook.yaml`]: yaml(workload('Deployment', 'guestbook')),
    })),
  },
  runs: runsOf(['engineering-dev', 'engineering-prod'], (cluster) => ({
    'guestbook/Deployment/guestbook': `guestbook/${cluster}/guestbook.yaml`,
  })),
}

/** The clusters generator with a chart and a values file of each cluster. */
const clustersAndValues: PlacedLayout = {
  files: {
    'argocd/web.yaml': yaml(
      argo('ApplicationSet', 'web', {
        goTemplate: true,
        generators: [{ clusters: {} }],
        template: {
          metadata: { name: 'web-{{.name}}' },
          spec: {
            project: 'default',
            source: {
              ...here,
              path: 'charts/web',
              helm: { releaseName: 'web', valueFiles: ['/values/{{.name}}/web.yaml'] },
            },
            destination: { server: '{{.server}}', namespace: 'shop' },
          },
        },
      }),
    ),
    ...chart('charts/web'),
    ...each(['prod', 'staging'], (stage) => ({ [`values/${stage}/web.yaml`]: yaml({ resources: size }) })),
  },
  runs: runsOf(['prod', 'staging'], (stage) => ({ 'shop/Deployment/web/app': `values/${stage}/web.yaml` })),
}

const suffixed = { 'acme-prod': 'prod', 'acme-staging': 'staging' } as const

/** Overlays of stages, in clusters whose names hold them. */
const stagesInLongNames: PlacedLayout = {
  files: overlays(['web', 'api'], ['prod', 'staging']),
  runs: runsOf(Object.keys(suffixed), () => ({
    'shop/Deployment/web': 'apps/web/base/web.yaml',
    'shop/Deployment/api': 'apps/api/base/api.yaml',
  })),
}

/** The same, with the usage of one cluster. */
const oneLongName: PlacedLayout = {
  ...stagesInLongNames,
  runs: {
    'acme-prod-eu1': {
      'shop/Deployment/web': 'apps/web/overlays/prod/kustomization.yaml',
      'shop/Deployment/api': 'apps/api/overlays/prod/kustomization.yaml',
    },
  },
}

/** A directory of clusters whose name is longer than that of the usage. */
const shortNames: PlacedLayout = {
  files: each(['production', 'development'], (stage) => ({
    [`clusters/${stage}/web.yaml`]: yaml(workload('Deployment', 'web', { namespace: 'shop' })),
  })),
  runs: {
    prod: { 'shop/Deployment/web': 'clusters/production/web.yaml' },
    dev: { 'shop/Deployment/web': 'clusters/development/web.yaml' },
  },
}

/** Kustomize sources, and what a pipeline rendered from them, which Argo CD deploys. */
const renderedBeside: PlacedLayout = {
  files: {
    ...overlays(['web'], ['prod', 'staging']),
    ...each(['prod', 'staging'], (stage) => ({
      [`rendered/${stage}/web/all.yaml`]: yaml(workload('Deployment', 'web', { namespace: 'shop' })),
      [`argocd/${stage}.yaml`]: yaml(
        argo('Application', `web-${stage}`, {
          source: { ...here, path: `rendered/${stage}/web` },
          destination: { name: stage, namespace: 'shop' },
        }),
      ),
    })),
  },
  runs: runsOf(['prod', 'staging'], (stage) => ({ 'shop/Deployment/web': `rendered/${stage}/web/all.yaml` })),
}

/** An umbrella chart of charts in the repository, with values of each environment. */
const umbrellaInside: PlacedLayout = {
  files: {
    'platform/Chart.yaml': yaml({
      apiVersion: 'v2',
      name: 'platform',
      version: '1.0.0',
      dependencies: ['web', 'api'].map((name) => ({
        name,
        version: '1.0.0',
        repository: `file://../charts/${name}`,
      })),
    }),
    'platform/values.yaml': '{}\n',
    ...each(['prod', 'staging'], (stage) => ({
      [`platform/env/${stage}.yaml`]: yaml({ web: { resources: size }, api: { resources: size } }),
    })),
    ...each(['web', 'api'], (name) => ({
      [`charts/${name}/Chart.yaml`]: yaml({ apiVersion: 'v2', name, version: '1.0.0' }),
      [`charts/${name}/values.yaml`]: 'resources: {}\n',
      [`charts/${name}/templates/deployment.yaml`]:
        chart('x')['x/templates/deployment.yaml']?.replaceAll(
          '{{ .Release.Name }}',
          `{{ .Release.Name }}-${name}`,
        ) ?? '',
    })),
  },
  runs: runsOf(['prod', 'staging'], (stage) => ({
    'platform/Deployment/platform-web/app': `platform/env/${stage}.yaml`,
    'platform/Deployment/platform-api/app': `platform/env/${stage}.yaml`,
  })),
}

/** Directories of environments with those of applications in them. */
const environmentsFirst: PlacedLayout = {
  files: each(['prod', 'staging'], (stage) => ({
    [`environments/${stage}/namespaces.yaml`]: yaml({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    }),
    ...each(['web', 'api'], (name) => ({
      [`environments/${stage}/apps/${name}/kustomization.yaml`]: yaml({
        namespace: 'shop',
        resources: [`${name}.yaml`],
      }),
      [`environments/${stage}/apps/${name}/${name}.yaml`]: yaml(workload('Deployment', name)),
    })),
    [`environments/${stage}/infra/redis.yaml`]: yaml(
      workload('StatefulSet', 'redis', { namespace: 'redis' }),
    ),
  })),
  runs: runsOf(['prod', 'staging'], (stage) => ({
    'shop/Deployment/web': `environments/${stage}/apps/web/web.yaml`,
    'shop/Deployment/api': `environments/${stage}/apps/api/api.yaml`,
    'redis/StatefulSet/redis': `environments/${stage}/infra/redis.yaml`,
  })),
}

/** Applications that a kustomization lists, and ApplicationSets in the templates of a chart. */
const setsInChart: PlacedLayout = {
  files: {
    'bootstrap/kustomization.yaml': kustomization('root.yaml'),
    'bootstrap/root.yaml': yaml(
      argo('Application', 'root', {
        source: { ...here, path: 'argocd' },
        destination: { server: inCluster, namespace: 'argocd' },
      }),
    ),
    'argocd/Chart.yaml': yaml({ apiVersion: 'v2', name: 'argocd-apps', version: '0.1.0' }),
    'argocd/values.yaml': yaml({ clusters: ['blue', 'green'] }),
    'argocd/templates/set.yaml': `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: apps
  namespace: argocd
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - list:
              elements:
                {{- range .Values.clusters }}
                - cluster: {{ . }}
                {{- end }}
          - git:
              repoURL: ${repoURL}
              revision: HEAD
              directories:
                - path: apps/*
  template:
    metadata:
      name: '{{ "{{" }} .path.basename {{ "}}" }}-{{ "{{" }} .cluster {{ "}}" }}'
    spec:
      project: default
      source:
        repoURL: ${repoURL}
        targetRevision: HEAD
        path: '{{ "{{" }} .path.path {{ "}}" }}/overlays/{{ "{{" }} .cluster {{ "}}" }}'
      destination:
        name: '{{ "{{" }} .cluster {{ "}}" }}'
        namespace: shop
`,
    ...overlays(['web', 'api'], ['blue', 'green']),
  },
  runs: runsOf(['blue', 'green'], () => ({
    'shop/Deployment/web': 'apps/web/base/web.yaml',
    'shop/Deployment/api': 'apps/api/base/api.yaml',
  })),
}

/** One repository of manifests, which Applications of another one deploy, in one cluster of any name. */
const manifestsAlone: PlacedLayout = {
  files: {
    'web/deployment.yml': yaml(workload('Deployment', 'web')),
    'web/cron.yml': yaml({
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'report' },
      spec: {
        schedule: '0 * * * *',
        jobTemplate: {
          spec: {
            template: {
              spec: {
                restartPolicy: 'Never',
                containers: [{ name: 'report', image: 'a:1', resources: size }],
              },
            },
          },
        },
      },
    }),
    'api/all.yaml': yaml({ apiVersion: 'v1', kind: 'List', items: [workload('Deployment', 'api')] }),
  },
  runs: {
    'gke_acme_europe-west1_main': {
      'web/Deployment/web': 'web/deployment.yml',
      'api/Deployment/api': 'api/all.yaml',
    },
  },
}

/** Charts of Rancher Fleet with values of each cluster. */
const rancherFleet: PlacedLayout = {
  files: {
    'web/fleet.yaml': yaml({
      defaultNamespace: 'shop',
      helm: { releaseName: 'web', chart: 'chart', valuesFiles: ['values-common.yaml'] },
      targetCustomizations: [
        {
          name: 'prod',
          clusterSelector: { matchLabels: { env: 'prod' } },
          helm: { valuesFiles: ['values-prod.yaml'] },
        },
      ],
    }),
    ...chart('web/chart'),
    'web/values-common.yaml': yaml({ resources: size }),
    'web/values-prod.yaml': yaml({ replicas: 3 }),
  },
  runs: { prod: { 'shop/Deployment/web/app': 'web/values-common.yaml' } },
}

/** The layouts of this file by name. */
export const namedLayouts = {
  listOfUrls,
  clustersAndValues,
  stagesInLongNames,
  oneLongName,
  shortNames,
  renderedBeside,
  umbrellaInside,
  environmentsFirst,
  setsInChart,
  manifestsAlone,
  rancherFleet,
}
