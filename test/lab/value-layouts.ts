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
import { chart, type Files, kustomization, size, workload, yaml } from './layouts.ts'

const names = ['web', 'api'] as const
const named = (directory: string, name: string): Files =>
  Object.fromEntries(
    Object.entries(chart(directory)).map(([path, text]) => [
      path,
      text.replace('name: service\n', `name: ${name}\n`),
    ]),
  )

/** Charts that were made from one template, so that their values have the same keys, with values of each environment elsewhere. */
const chartsAlike: PlacedLayout = {
  files: {
    ...each(names, (name) => named(`charts/${name}`, name)),
    ...each(both, (stage) =>
      each(names, (name) => ({ [`environments/${stage}/${name}.yaml`]: yaml({ resources: size }) })),
    ),
  },
  runs: runsOf(both, (stage) => ({
    'shop/Deployment/web/app': `environments/${stage}/web.yaml`,
    'shop/Deployment/api/app': `environments/${stage}/api.yaml`,
  })),
}

const regions = ['prod-eu', 'prod-us', 'dev-eu'] as const

/** Clusters in a directory of their stage and one of their region. */
const stagesAndRegions: PlacedLayout = {
  files: each(regions, (cluster) => ({
    [`clusters/${cluster.replace('-', '/')}/web/kustomization.yaml`]: yaml({
      namespace: 'shop',
      resources: ['web.yaml'],
    }),
    [`clusters/${cluster.replace('-', '/')}/web/web.yaml`]: yaml(workload('Deployment', 'web')),
  })),
  runs: runsOf(regions, (cluster) => ({
    'shop/Deployment/web': `clusters/${cluster.replace('-', '/')}/web/web.yaml`,
  })),
}

/** Applications with values in them, some as a text and some as parameters. */
const valuesInApplications: PlacedLayout = {
  files: {
    'apps/web.yaml': yaml(
      argo('Application', 'web', {
        source: {
          ...here,
          path: 'charts/service',
          helm: { releaseName: 'web', values: yaml({ resources: size }) },
        },
        destination: { server: inCluster, namespace: 'shop' },
      }),
    ),
    'apps/api.yaml': yaml(
      argo('Application', 'api', {
        source: { ...here, path: 'charts/service', helm: { valuesObject: { resources: size } } },
        destination: { server: inCluster, namespace: 'shop' },
      }),
    ),
    'apps/cart.yaml': yaml(
      argo('Application', 'cart', {
        source: {
          ...here,
          path: 'charts/service',
          helm: {
            parameters: [
              { name: 'resources.requests.cpu', value: '500m' },
              { name: 'resources.requests.memory', value: '512Mi' },
            ],
          },
        },
        destination: { server: inCluster, namespace: 'shop' },
      }),
    ),
    ...chart('charts/service'),
  },
  runs: {
    main: {
      'shop/Deployment/web/app': 'apps/web.yaml',
      'shop/Deployment/api/app': 'apps/api.yaml',
      'shop/Deployment/cart/app': 'apps/cart.yaml',
    },
  },
}

/** Kustomizations by the other names of their file, with JSON patches, and a library chart that deploys nothing. */
const oddNames: PlacedLayout = {
  files: {
    'web/Kustomization': yaml({
      namespace: 'shop',
      resources: ['web.yml'],
      patches: [
        {
          target: { kind: 'Deployment' },
          patch: yaml([
            { op: 'replace', path: '/spec/template/spec/containers/0/resources/requests/cpu', value: '500m' },
          ]),
        },
      ],
    }),
    'web/web.yml': yaml(workload('Deployment', 'web')),
    'api/kustomization.yml': yaml({ namespace: 'shop', resources: ['api.yml'] }),
    'api/api.yml': yaml(workload('StatefulSet', 'api')),
    'library/Chart.yaml': yaml({ apiVersion: 'v2', name: 'library', version: '1.0.0', type: 'library' }),
    'library/templates/_names.tpl': '{{- define "library.name" }}x{{ end }}\n',
  },
  runs: { main: { 'shop/StatefulSet/api': 'api/api.yml' } },
}

/** A root Application of each cluster in one directory of a kustomization, with projects beside them. */
const rootsInKustomization: PlacedLayout = {
  files: {
    ...each(both, (stage) => ({
      [`argocd/${stage}/kustomization.yaml`]: kustomization('project.yaml', 'apps.yaml'),
      [`argocd/${stage}/project.yaml`]: yaml(argo('AppProject', 'shop', { sourceRepos: ['*'] })),
      [`argocd/${stage}/apps.yaml`]: yaml(
        ...names.map((name) =>
          argo('Application', name, {
            source: { ...here, path: `apps/${name}/${stage}` },
            destination: { server: inCluster, namespace: 'shop' },
          }),
        ),
      ),
      ...each(names, (name) => ({
        [`apps/${name}/${stage}/${name}.yaml`]: yaml(workload('Deployment', name)),
      })),
    })),
  },
  runs: runsOf(both, (stage) => ({
    'shop/Deployment/web': `apps/web/${stage}/web.yaml`,
    'shop/Deployment/api': `apps/api/${stage}/api.yaml`,
  })),
}

/** ApplicationSets of files in a directory of each cluster, whose charts come from the repository by the file. */
const filesPerCluster: PlacedLayout = {
  files: {
    'appsets/clusters.yaml': yaml(
      argo('ApplicationSet', 'clusters', {
        goTemplate: true,
        goTemplateOptions: ['missingkey=error'],
        generators: [{ git: { repoURL, revision: 'HEAD', files: [{ path: 'clusters/*/apps/*.yaml' }] } }],
        template: {
          metadata: { name: '{{ index .path.segments 1 }}-{{ .name }}' },
          spec: {
            project: 'default',
            source: {
              ...here,
              path: 'charts/{{ .chart | default "service" }}',
              helm: { releaseName: '{{ .name }}', valueFiles: ['/{{ .path.path }}/{{ .path.filename }}'] },
            },
            destination: { name: '{{ index .path.segments 1 }}', namespace: '{{ .namespace }}' },
          },
        },
      }),
    ),
    ...chart('charts/service'),
    ...each(['k8s-a', 'k8s-b'], (cluster) =>
      each(names, (name) => ({
        [`clusters/${cluster}/apps/${name}.yaml`]: yaml({
          name,
          namespace: 'shop',
          chart: 'service',
          resources: size,
        }),
      })),
    ),
  },
  runs: runsOf(['k8s-a', 'k8s-b'], (cluster) => ({
    'shop/Deployment/web/app': `clusters/${cluster}/apps/web.yaml`,
    'shop/Deployment/api/app': `clusters/${cluster}/apps/api.yaml`,
  })),
}

/** What Argo CD Autopilot writes: projects with an ApplicationSet over the `config.json` of their overlays. */
const autopilot: PlacedLayout = {
  files: {
    'bootstrap/root.yaml': yaml(
      argo('Application', 'root', {
        source: { ...here, path: 'projects' },
        destination: { server: inCluster, namespace: 'argocd' },
      }),
    ),
    ...each(both, (stage) => ({
      [`projects/${stage}.yaml`]: yaml(
        argo('AppProject', stage, { sourceRepos: ['*'] }),
        argo('ApplicationSet', stage, {
          generators: [{ git: { repoURL, revision: '', files: [{ path: `apps/**/${stage}/config.json` }] } }],
          template: {
            metadata: { name: `${stage}-{{ userGivenName }}` },
            spec: {
              project: stage,
              source: {
                repoURL: '{{ srcRepoURL }}',
                path: '{{ srcPath }}',
                targetRevision: '{{ srcTargetRevision }}',
              },
              destination: { server: '{{ destServer }}', namespace: '{{ destNamespace }}' },
            },
          },
        }),
      ),
      [`apps/web/overlays/${stage}/config.json`]: JSON.stringify({
        appName: 'web',
        userGivenName: 'web',
        destNamespace: 'shop',
        destServer: `https://${stage}.example.com`,
        srcPath: `apps/web/overlays/${stage}`,
        srcRepoURL: repoURL,
        srcTargetRevision: '',
      }),
    })),
    ...overlays(['web'], both),
  },
  runs: runsOf(both, () => ({ 'shop/Deployment/web': 'apps/web/base/web.yaml' })),
}

/** Mixed: an Application of a remote chart beside those of this repository. */
const someRemote: PlacedLayout = {
  files: {
    'apps/kustomization.yaml': kustomization('web.yaml', 'redis.yaml'),
    'apps/web.yaml': yaml(
      argo('Application', 'web', {
        source: { ...here, path: 'web' },
        destination: { server: inCluster, namespace: 'shop' },
      }),
    ),
    'apps/redis.yaml': yaml(
      argo('Application', 'redis', {
        source: {
          repoURL: 'https://charts.example.invalid/stable',
          chart: 'redis',
          targetRevision: '1.2.3',
          helm: { valuesObject: { resources: size } },
        },
        destination: { server: inCluster, namespace: 'redis' },
      }),
    ),
    'web/web.yaml': yaml(workload('Deployment', 'web')),
  },
  runs: { main: { 'shop/Deployment/web': 'web/web.yaml' } },
}

/** The layouts of this file by name. */
export const valueLayouts = {
  chartsAlike,
  stagesAndRegions,
  valuesInApplications,
  oddNames,
  rootsInKustomization,
  filesPerCluster,
  autopilot,
  someRemote,
}
