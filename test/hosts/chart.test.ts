import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { chartFiles } from '../../config/chart/files.ts'
import { loadSettings } from '../../config/load.ts'
import type { Json, JsonObject } from '../../plugin/model/json.ts'
import { isJsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { programDirectory } from '../lab/programs.mjs'
import { read } from './program.ts'

const root = join(import.meta.dirname, '../..')
const chart = join(root, 'charts/gitops-tortoise')
const directory = mkdtempSync(join(tmpdir(), 'tortoise-chart-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Version = 'v31' | 'v35'

/** Runs a real Helm on values; `status` is its exit code. */
function helm(version: Version, args: readonly string[], values: object = {}) {
  const file = join(mkdtempSync(join(directory, 'values-')), 'values.yaml')
  writeFileSync(file, stringify(values))
  const env = { PATH: '', HOME: directory }
  const given = args[0] === 'package' ? args : [...args, '--values', file]
  return spawnSync(join(programDirectory(version), 'helm'), given, { encoding: 'utf8', env })
}

function template(values: object, version: Version = 'v35'): readonly JsonObject[] {
  const { status, stdout, stderr } = helm(
    version,
    ['template', 'gitops-tortoise', chart, '--namespace', 'gitops-tortoise'],
    values,
  )
  expect(status, stderr).toBe(0)
  return readObjects('', stdout)
}

const settings = parse(read(root, 'config/deploy/base/tortoise.yaml')) as JsonObject
const minimal = { settings }
const everything = {
  settings,
  operatorSettings: { sandbox: 'preferred' },
  replicas: 2,
  leaderElection: { enabled: true },
  podDisruptionBudget: { enabled: true },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
  grafanaDashboard: { enabled: true, annotations: { grafana_folder: 'Kubernetes' } },
  existingSecrets: ['tortoise-tokens'],
  state: { create: true, accessMode: 'ReadWriteMany', storageClassName: 'shared' },
  serviceAccount: { annotations: { 'example.com/role': 'reader' } },
  imagePullSecrets: [{ name: 'registry' }],
  priorityClassName: 'system-cluster-critical',
  podAnnotations: { team: 'platform' },
  podLabels: { team: 'platform' },
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  tolerations: [{ key: 'batch', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'kubernetes.io/hostname',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: { matchLabels: { 'app.kubernetes.io/name': 'gitops-tortoise' } },
    },
  ],
  extraArgs: ['--sandbox', 'required'],
  extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy:3128' }],
  extraVolumes: [{ name: 'kubeconfigs', secret: { secretName: 'kubeconfigs' } }],
  extraVolumeMounts: [{ name: 'kubeconfigs', mountPath: '/etc/kubeconfigs', readOnly: true }],
  networkPolicy: {
    ingressFrom: [{ namespaceSelector: {} }],
    egressTo: [{ ipBlock: { cidr: '192.0.2.0/24' } }],
  },
}
const cases = [
  ['with settings alone', minimal],
  ['with everything', everything],
  ['as a CronJob', { ...minimal, mode: 'cronjob', state: { existingClaim: 'state' } }],
  ['for several repositories', { repositories: true, operatorSettings: { repositories: [] } }],
] as const

const kindIn = (objects: readonly JsonObject[], kind: string): JsonObject | undefined =>
  objects.find((one) => one['kind'] === kind)

describe('the files of the chart', () => {
  it.each(Object.entries(chartFiles(read(root, 'package.json'))))(
    '%s is written from the code (npm run schemas)',
    (name, text) => {
      expect(read(chart, name)).toBe(text)
    },
  )
})

describe.each([
  ['Helm 3', 'v31'],
  ['Helm 4', 'v35'],
] as const)('%s', (_name, version) => {
  it.each(cases)('has nothing to say about the chart %s', (_case, values) => {
    const { status, stdout } = helm(version, ['lint', '--strict', chart], values)
    expect(status, stdout).toBe(0)
    expect(stdout).not.toMatch(/\[(WARNING|ERROR)\]/)
  })

  it.each(cases)('renders it %s like the other Helm', (_case, values) => {
    expect(template(values, version)).toEqual(template(values))
  })

  it.each([
    ['a misspelled value', { ...minimal, replica: 2 }, /replica/],
    ['a misspelled setting', { settings: { ...settings, recomend: {} } }, /settings.*\n?.*recomend/],
    ['a value of the wrong type', { ...minimal, replicas: 'two' }, /replicas.*(integer|string)/s],
    ['an unknown mode', { ...minimal, mode: 'job' }, /mode.*(daemon|cronjob)/s],
    ['a digest that is none', { ...minimal, image: { digest: 'sha256:1' } }, /digest/],
    ['no settings', {}, /Set `settings` .* or `existingConfigMap`\./],
    ['two sources of settings', { ...minimal, existingConfigMap: 'own' }, /replaces `settings`/],
    ['several replicas without an election', { ...minimal, replicas: 2 }, /`leaderElection.enabled: true`/],
    ['repositories without a list', { repositories: true }, /needs `operatorSettings`/],
    [
      'several replicas on a claim of one',
      { ...everything, state: { create: true } },
      /state.accessMode: ReadWriteMany/,
    ],
    [
      'an elected CronJob',
      { ...minimal, mode: 'cronjob', leaderElection: { enabled: true } },
      /mode: daemon/,
    ],
    [
      'metrics of a CronJob',
      { ...minimal, mode: 'cronjob', serviceMonitor: { enabled: true } },
      /Remove `serviceMonitor.enabled`/,
    ],
    [
      'a dashboard of a CronJob',
      { ...minimal, mode: 'cronjob', grafanaDashboard: { enabled: true } },
      /Remove `grafanaDashboard.enabled`/,
    ],
    [
      'a disruption budget of a CronJob',
      { ...minimal, mode: 'cronjob', podDisruptionBudget: { enabled: true } },
      /Remove `podDisruptionBudget.enabled`/,
    ],
    [
      'alerts without their series',
      { ...minimal, prometheusRule: { enabled: true } },
      /Set `serviceMonitor.enabled: true`/,
    ],
    [
      'less time than a shutdown takes',
      { settings: { ...settings, serve: { shutdownSeconds: 40 } } },
      /`terminationGracePeriodSeconds` \(40\) must be more than `serve.shutdownSeconds` \(40\)/,
    ],
  ])('refuses %s and names it', (_case, values, says) => {
    const { status, stderr } = helm(version, ['template', 'x', chart], values)
    expect(status).not.toBe(0)
    expect(stderr).toMatch(says)
  })
})

describe('the settings of the values', () => {
  it.each(cases.filter(([, values]) => 'settings' in values))(
    '%s can be read by the daemon',
    (_case, values) => {
      const data = valueAt(kindIn(template(values), 'ConfigMap'), ['data', 'tortoise.yaml'])
      const loaded = loadSettings('tortoise.yaml', String(data))
      expect(loaded).toMatchObject({ deliver: { base: 'main' }, clusters: [{ name: 'prod' }] })
      expect(loaded.serve.leaderElection).toEqual(
        'replicas' in values
          ? { namespace: 'gitops-tortoise', name: 'gitops-tortoise', leaseSeconds: 15 }
          : undefined,
      )
    },
  )
})

/** What `kubectl kustomize` makes of bases in config/deploy, without the hashes that its generators append. */
function bases(resources: readonly string[], components: readonly string[] = []): readonly JsonObject[] {
  const at = (path: string): string => relative(directory, join(root, 'config/deploy', path))
  const kustomization = { resources: resources.map(at), components: components.map(at) }
  writeFileSync(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization))
  const args = ['kustomize', '--load-restrictor=LoadRestrictionsNone', directory]
  const text = execFileSync('kubectl', args, { encoding: 'utf8' })
  return readObjects('', text.replace(/(tortoise-(?:settings|tokens))-\w{10}$/gm, '$1'))
}

const podOf = (object: JsonObject | undefined): Json | undefined =>
  valueAt(object, ['spec', 'template']) ?? valueAt(object, ['spec', 'jobTemplate', 'spec', 'template'])

/** A workload without labels and selectors, which differ by release. */
function promised(object: JsonObject | undefined): unknown {
  const own = ['labels', 'selector', 'podSelector', 'imagePullPolicy']
  const text = JSON.stringify(object, (key, value) => (own.includes(key) ? undefined : value))
  return JSON.parse(text.replaceAll('"metadata":{},', ''))
}

describe.each([
  ['daemon', ['daemon'], [], {}],
  ['daemon', ['daemon'], ['leader-election'], { replicas: 2, leaderElection: { enabled: true } }],
  ['cronjob', ['cronjob'], [], {}],
] as const)('the chart and the kustomize base: %s %j %j', (mode, resources, components, more) => {
  const expected = bases(resources, components)
  const objects = template({
    mode,
    image: { repository: 'gitops-tortoise' },
    existingConfigMap: 'tortoise-settings',
    existingSecrets: ['tortoise-tokens'],
    ...more,
  })
  const pair = (kind: string) => [kindIn(objects, kind), kindIn(expected, kind)]

  it('give the same rights', () => {
    for (const kind of ['ClusterRole', 'Role'])
      expect(valueAt(kindIn(objects, kind), ['rules'])).toEqual(valueAt(kindIn(expected, kind), ['rules']))
    for (const kind of ['ClusterRoleBinding', 'RoleBinding']) {
      const [own, base] = pair(kind)
      expect(own?.['roleRef']).toEqual(base?.['roleRef'])
      expect(listOf(own?.['subjects'])).toHaveLength(listOf(base?.['subjects']).length)
    }
    expect(objects.filter(({ rules }) => rules !== undefined)).toHaveLength(components.length + 1)
  })

  it('make the same workload', () => {
    const kind = mode === 'daemon' ? 'Deployment' : 'CronJob'
    const [own, base] = pair(kind)
    expect(promised(own)).toEqual(promised(base))
    expect(podOf(own)).toBeDefined()
  })

  it('allow the same connections', () => {
    const [own, base] = pair('NetworkPolicy')
    const { ingress, ...spec } = Object(promised(own)).spec
    const { ingress: baseIngress, ...baseSpec } = Object(promised(base)).spec
    expect(spec).toEqual(baseSpec)
    // A CronJob serves no pages.
    expect(ingress).toEqual(mode === 'daemon' ? baseIngress : undefined)
  })

  it('select the pods of the release alone', () => {
    const labels = valueAt(podOf(kindIn(objects, mode === 'daemon' ? 'Deployment' : 'CronJob')), [
      'metadata',
      'labels',
    ])
    for (const object of objects)
      for (const selector of [
        valueAt(object, ['spec', 'podSelector', 'matchLabels']),
        valueAt(object, ['spec', 'selector', 'matchLabels']),
        object['kind'] === 'Service' ? valueAt(object, ['spec', 'selector']) : undefined,
      ].filter(isJsonObject))
        expect(labels).toMatchObject(selector)
  })
})

describe.skipIf(!hasControlPlane())('a real API server', () => {
  let plane: ControlPlane
  beforeAll(async () => {
    plane = await startControlPlane()
    writeFileSync(join(directory, 'kubeconfig'), plane.kubeconfig())
    const enforced = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await plane.call('POST', '/api/v1/namespaces', {
      metadata: { name: 'gitops-tortoise', labels: enforced },
    })
  })
  afterAll(() => plane?.close())

  it.each(cases)('takes every object of the chart %s', (_case, values) => {
    const operators = ['monitoring.coreos.com/v1']
    const rendered = template(values).filter((one) => !operators.includes(textOf(one['apiVersion']) ?? ''))
    const pods = rendered.flatMap((one) => {
      const pod = podOf(one)
      return isJsonObject(pod)
        ? [
            {
              apiVersion: 'v1',
              kind: 'Pod',
              metadata: { name: 'pod', namespace: 'gitops-tortoise' },
              spec: pod['spec'],
            },
          ]
        : []
    })
    const said = execFileSync('kubectl', ['apply', '--dry-run=server', '--validate=strict', '--filename=-'], {
      encoding: 'utf8',
      input: [...rendered, ...pods].map((one) => stringify(one)).join('---\n'),
      env: { PATH: process.env['PATH'], KUBECONFIG: join(directory, 'kubeconfig'), HOME: directory },
    })
    expect(said.match(/\(server dry run\)$/gm)).toHaveLength(rendered.length + 1)
  })

  it.each(['v31', 'v35'] as const)('lets Helm %s install, upgrade and remove it', async (version) => {
    const namespace = `release-${version}`
    await plane.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } })
    const place = ['--namespace', namespace, '--kubeconfig', join(directory, 'kubeconfig')]
    const { serviceMonitor: _monitor, prometheusRule: _rule, ...own } = everything
    const installed = helm(version, ['install', 'tortoise', chart, ...place], own)
    expect(installed.status, installed.stderr).toBe(0)
    expect(installed.stdout).toContain('logs deployment/tortoise-gitops-tortoise')
    const upgraded = helm(version, ['upgrade', 'tortoise', chart, ...place], { ...minimal, mode: 'cronjob' })
    expect(upgraded.status, upgraded.stderr).toBe(0)
    expect(upgraded.stdout).toContain('create job first-run --from cronjob/tortoise-gitops-tortoise')

    const account = `system:serviceaccount:${namespace}:tortoise-gitops-tortoise`
    const may = (verb: string, resource: string) =>
      plane.call('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
        spec: { user: account, resourceAttributes: { verb, resource, namespace: 'default' } },
      })
    expect(await may('list', 'pods')).toMatchObject({ status: { allowed: true } })
    expect(await may('list', 'secrets')).toMatchObject({ status: { allowed: false } })
    expect(await may('delete', 'pods')).toMatchObject({ status: { allowed: false } })

    const env = { PATH: '', HOME: directory }
    const removed = spawnSync(join(programDirectory(version), 'helm'), ['uninstall', 'tortoise', ...place], {
      encoding: 'utf8',
      env,
    })
    expect(removed.status, removed.stderr).toBe(0)
    const left = await plane.call('GET', `/api/v1/namespaces/${namespace}/persistentvolumeclaims`)
    expect(left).toMatchObject({ items: [{ metadata: { name: 'tortoise-gitops-tortoise-state' } }] })
  })
})
