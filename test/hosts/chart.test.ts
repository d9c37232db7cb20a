import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { chartFiles } from '../../config/chart/files.ts'
import { loadSettings } from '../../config/load.ts'
import { isJsonObject, textOf, valueAt } from '../../plugin/model/json.ts'
import { type ControlPlane, hasControlPlane, startControlPlane } from '../lab/cluster/control-plane.ts'
import { programDirectory } from '../lab/programs.mjs'
import {
  cases,
  chart,
  directory,
  everything,
  helm,
  kindIn,
  minimal,
  podOf,
  root,
  settings,
  template,
} from './chart-ground.ts'
import { read } from './program.ts'

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
