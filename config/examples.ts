/** An example of each section of the settings, as YAML. Editors offer them, and the reference shows them. */
export const sectionExamples: Readonly<Record<string, string>> = {
  sources: `sources:
  - path: apps/overlays/prod # a kustomization
    cluster: prod
    namespace: shop
  - path: charts/api # a chart with its values files
    cluster: prod
    namespace: shop
    release: api
    values: [charts/api/values.yaml, envs/prod.yaml]
  - path: bootstrap/root-prod.yaml # an Application of Argo CD, and all that it deploys
    cluster: prod`,
  clusters: `clusters:
  - name: prod
    prometheus:
      url: http://prometheus.monitoring:9090
      labels: { cluster: prod } # where one Prometheus has several clusters
    kubernetes:
      context: prod`,
  history: `history:
  days: 28
  stepSeconds: 300`,
  recommend: `recommend:
  preset: careful
  memoryMargin: 20
  minimumChange: 15
  replicaBounds: { minimum: 3 }`,
  health: `health:
  days: 7
  takeBack: true`,
  prices: `prices: # one setting for pull requests, reports and backtests
  coreHour: 0.031
  gibibyteHour: 0.0042
  currency: EUR`,
  events: `events:
  - name: sale
    match: { namespace: shop }
    from: 2026-11-27T08:00:00+01:00
    to: 2026-12-01T00:00:00+01:00
    minReplicas: 12
    minRequests: { app: { cpu: 500m } }`,
  rules: `rules:
  - match: { namespace: shop, workload: StatefulSet/cache }
    memory: "Off"
  - match: { cluster: prod, container: istio-proxy }
    minimum: { cpu: 50m, memory: 64Mi }
    delivery: report`,
  edit: `edit:
  allowShared: true # one base sets the values of all overlays`,
  deliver: `deliver:
  mode: pull-request
  base: main
  github:
    repository: acme/shop
  pullRequests:
    grouping: owner
    labels: [right-sizing]
    dashboard: true`,
  serve: `serve:
  timeZone: Europe/Berlin
  schedules:
    - name: daily
      cron: "17 4 * * 1-5"
    - name: urgent
      cron: "47 * * * *"
      only: urgent`,
  charts: `charts:
  allow:
    - charts.example.com
    - ghcr.io/acme/charts`,
  storage: `storage:
  bucket: acme-tortoise
  prefix: prod
  region: eu-central-1`,
  notify: `notify:
  weekday: monday
  targets:
    - name: platform
      type: slack
      urlEnv: TORTOISE_SLACK_URL`,
  programs: `programs:
  helm: /usr/local/bin/helm
  kustomize: /usr/local/bin/kustomize`,
  sandbox: `sandbox: required`,
  kubernetes: `kubernetes:
  exec: true # credential plugins of EKS, GKE or AKS`,
}
