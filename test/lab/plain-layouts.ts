import { each, type PlacedLayout, sizePatch } from './layout-parts.ts'
import { chart, type Files, kustomization, size, workload, yaml } from './layouts.ts'

const stages = ['dev', 'qa', 'prod'] as const
const inOverlays: Files = {
  'base/kustomization.yaml': kustomization('web.yaml', 'api.yaml'),
  'base/web.yaml': yaml(workload('Deployment', 'web')),
  'base/api.yaml': yaml(workload('Deployment', 'api')),
  ...each(stages, (stage) => ({
    [`overlays/${stage}/kustomization.yaml`]: yaml({
      namespace: `shop-${stage}`,
      resources: ['../../base'],
      patches: [{ path: 'web.yaml' }, { path: 'api.yaml' }],
    }),
    [`overlays/${stage}/web.yaml`]: sizePatch('web'),
    [`overlays/${stage}/api.yaml`]: sizePatch('api'),
  })),
}
const inNamespaces = (stage: string) => ({
  [`shop-${stage}/Deployment/web`]: `overlays/${stage}/web.yaml`,
  [`shop-${stage}/Deployment/api`]: `overlays/${stage}/api.yaml`,
})

/** Overlays of three stages, which run in one cluster in namespaces of their own. */
const overlaysInOneCluster: PlacedLayout = {
  files: inOverlays,
  runs: { main: Object.assign({}, ...stages.map(inNamespaces)) },
}

/** Overlays of three stages, each in its own cluster. */
const overlaysInThree: PlacedLayout = {
  files: inOverlays,
  runs: Object.fromEntries(stages.map((stage) => [stage, inNamespaces(stage)])),
}

/** Values of each environment beside one chart; nothing says the release or the namespace. */
const environmentsOfChart: PlacedLayout = {
  files: {
    ...chart('chart'),
    ...each(['prod', 'staging'], (stage) => ({
      [`environments/${stage}/values.yaml`]: yaml({ resources: size }),
    })),
  },
  runs: Object.fromEntries(
    ['prod', 'staging'].map((stage) => [
      stage,
      { 'shop/Deployment/service/app': `environments/${stage}/values.yaml` },
    ]),
  ),
}

/** A chart at the root of a service's repository, with a values file of each stage beside it. */
const chartAtRoot: PlacedLayout = {
  files: {
    ...Object.fromEntries(Object.entries(chart('x')).map(([path, text]) => [path.slice(2), text])),
    'values-prod.yaml': yaml({ resources: size }),
    'values-staging.yaml': yaml({ resources: size }),
    'src/main.go': 'package main\n',
    'README.md': 'A service.\n',
  },
  runs: Object.fromEntries(
    ['prod', 'staging'].map((stage) => [stage, { 'shop/Deployment/service/app': `values-${stage}.yaml` }]),
  ),
}

/** A helmfile with environments. */
const helmfile: PlacedLayout = {
  files: {
    'helmfile.yaml': `environments:
  prod:
    values: [env/prod.yaml]
  staging:
    values: [env/staging.yaml]
---
releases:
  - name: web
    namespace: shop
    chart: ./charts/service
    values: ["values/web/{{ .Environment.Name }}.yaml"]
  - name: api
    namespace: shop
    chart: ./charts/service
    values: ["values/api/{{ .Environment.Name }}.yaml"]
`,
    ...chart('charts/service'),
    ...each(['prod', 'staging'], (stage) => ({
      [`env/${stage}.yaml`]: yaml({ domain: `${stage}.example.com` }),
      [`values/web/${stage}.yaml`]: yaml({ resources: size }),
      [`values/api/${stage}.yaml`]: yaml({ resources: size }),
    })),
  },
  runs: Object.fromEntries(
    ['prod', 'staging'].map((stage) => [
      stage,
      {
        'shop/Deployment/web/app': `values/web/${stage}.yaml`,
        'shop/Deployment/api/app': `values/api/${stage}.yaml`,
      },
    ]),
  ),
}

/** Manifests that a generator wrote, of each cluster. */
const renderedManifests: PlacedLayout = {
  files: {
    'environments/prod/main.jsonnet': "(import 'web.libsonnet') { replicas: 3 }\n",
    'lib/web.libsonnet': '{}\n',
    'jsonnetfile.json': '{"version": 1, "dependencies": []}\n',
    ...each(['prod', 'staging'], (stage) => ({
      [`manifests/${stage}/web-deployment.yaml`]: yaml(workload('Deployment', 'web', { namespace: 'shop' })),
      [`manifests/${stage}/api-deployment.json`]: JSON.stringify(
        workload('Deployment', 'api', { namespace: 'shop' }),
      ),
      [`manifests/${stage}/namespace.yaml`]: yaml({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: 'shop' },
      }),
    })),
  },
  runs: Object.fromEntries(
    ['prod', 'staging'].map((stage) => [
      stage,
      {
        'shop/Deployment/web': `manifests/${stage}/web-deployment.yaml`,
        'shop/Deployment/api': `manifests/${stage}/api-deployment.json`,
      },
    ]),
  ),
}

/** A monorepo of services with their code, and their manifests in folders of different names. */
const monorepo: PlacedLayout = {
  files: {
    'package.json': '{"name": "shop", "private": true}\n',
    'docker-compose.yaml': 'services:\n  web:\n    image: web\n',
    '.github/workflows/ci.yaml': 'name: ci\non: push\njobs: {}\n',
    'services/web/src/index.ts': 'export {}\n',
    'services/web/package.json': '{"name": "web"}\n',
    'services/web/openapi.yaml': 'openapi: 3.0.0\ninfo: {title: web, version: "1"}\npaths: {}\n',
    'services/web/k8s/deployment.yaml': yaml(workload('Deployment', 'web')),
    'services/web/k8s/service.yaml': yaml({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: {},
    }),
    'services/api/main.go': 'package main\n',
    'services/api/deploy/base/kustomization.yaml': kustomization('api.yaml'),
    'services/api/deploy/base/api.yaml': yaml(workload('Deployment', 'api')),
    'services/api/deploy/overlays/prod/kustomization.yaml': yaml({
      namespace: 'shop',
      resources: ['../../base'],
    }),
    'services/mail/helm/Chart.yaml': yaml({ apiVersion: 'v2', name: 'mail', version: '1.0.0' }),
    'services/mail/helm/values.yaml': yaml({ resources: size }),
    'services/mail/helm/templates/deployment.yaml':
      chart('x')['x/templates/deployment.yaml']?.replaceAll('{{ .Release.Name }}', '{{ .Chart.Name }}') ?? '',
    'test/fixtures/broken.yaml': 'a: [\n',
    'test/fixtures/pod.yaml': yaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }),
  },
  runs: {
    prod: {
      'shop/Deployment/web': 'services/web/k8s/deployment.yaml',
      'shop/Deployment/api': 'services/api/deploy/base/api.yaml',
      'shop/Deployment/mail/app': 'services/mail/helm/values.yaml',
    },
  },
}

/** Application code alone. */
const nothing: PlacedLayout = {
  files: {
    'README.md': 'hello\n',
    'src/index.ts': 'export {}\n',
    'package.json': '{}\n',
    'docker-compose.yaml': 'services: {}\n',
  },
  runs: { prod: { 'shop/Deployment/web': '' } },
}

/** Umbrella charts whose only dependency is in a chart repository, with a values file of each stage. */
const umbrellas: PlacedLayout = {
  files: each(['redis', 'grafana'], (name) => ({
    [`${name}/Chart.yaml`]: yaml({
      apiVersion: 'v2',
      name,
      version: '1.0.0',
      dependencies: [{ name, version: '1.2.3', repository: 'https://charts.example.invalid/stable' }],
    }),
    [`${name}/values.yaml`]: yaml({ [name]: { resources: size } }),
    [`${name}/values-prod.yaml`]: yaml({ [name]: { replicas: 2 } }),
  })),
  runs: { prod: { 'redis/StatefulSet/redis': 'redis/values.yaml' } },
}

/** The layouts of this file by name. */
export const plainLayouts = {
  overlaysInOneCluster,
  overlaysInThree,
  environmentsOfChart,
  chartAtRoot,
  helmfile,
  renderedManifests,
  monorepo,
  nothing,
  umbrellas,
}
