import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { parse, stringify } from 'yaml'
import type { Json, JsonObject } from '../../plugin/model/json.ts'
import { valueAt } from '../../plugin/model/json.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { programDirectory } from '../lab/programs.mjs'
import { read } from './program.ts'

/** The project. */
export const root = join(import.meta.dirname, '../..')
/** The directory of the chart. */
export const chart = join(root, 'charts/gitops-tortoise')
/** A directory for files of the tests, which is removed at their end. */
export const directory = mkdtempSync(join(tmpdir(), 'tortoise-chart-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Version = 'v31' | 'v35'

/** Runs a real Helm on values; `status` is its exit code. */
export function helm(version: Version, args: readonly string[], values: object = {}) {
  const file = join(mkdtempSync(join(directory, 'values-')), 'values.yaml')
  writeFileSync(file, stringify(values))
  const env = { PATH: '', HOME: directory }
  const given = args[0] === 'package' ? args : [...args, '--values', file]
  return spawnSync(join(programDirectory(version), 'helm'), given, { encoding: 'utf8', env })
}

/** The objects that a real Helm makes of the chart with values. */
export function template(values: object, version: Version = 'v35'): readonly JsonObject[] {
  const { status, stdout, stderr } = helm(
    version,
    ['template', 'gitops-tortoise', chart, '--namespace', 'gitops-tortoise'],
    values,
  )
  expect(status, stderr).toBe(0)
  return readObjects('', stdout)
}

/** The settings of the kustomize base. */
export const settings = parse(read(root, 'config/deploy/base/tortoise.yaml')) as JsonObject
/** The fewest values. */
export const minimal = { settings }
/** Values with all that the daemon can have. */
export const everything = {
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
/** Values to install the chart with, by what they are. */
export const cases = [
  ['with settings alone', minimal],
  ['with everything', everything],
  ['as a CronJob', { ...minimal, mode: 'cronjob', state: { existingClaim: 'state' } }],
  ['for several repositories', { repositories: true, operatorSettings: { repositories: [] } }],
] as const

/** The first object of a kind. */
export const kindIn = (objects: readonly JsonObject[], kind: string): JsonObject | undefined =>
  objects.find((one) => one['kind'] === kind)

/** The pod template of a workload. */
export const podOf = (object: JsonObject | undefined): Json | undefined =>
  valueAt(object, ['spec', 'template']) ?? valueAt(object, ['spec', 'jobTemplate', 'spec', 'template'])
