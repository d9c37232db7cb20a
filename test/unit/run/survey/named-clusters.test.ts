import { expect, it } from 'vitest'
import { namedClusters } from '../../../../plugin/run/survey/named-clusters.ts'
import type { ApplicationPlace, SurveyedSource } from '../../../../plugin/run/survey/survey.ts'

interface Given {
  readonly path: string
  readonly values?: readonly string[]
  readonly stage?: string
  readonly destinations?: readonly ApplicationPlace[]
}

const source = ({ path, values = [], ...more }: Given): SurveyedSource => ({
  settings: { path, values: [...values] },
  workloads: [],
  objects: [],
  ...more,
})

it.each<[string, Given, readonly string[], readonly string[]]>([
  ['a known name that is a step', { path: 'envs/eu1/web', stage: 'test' }, ['eu1', 'us1'], ['eu1']],
  [
    'a known name in a file of values',
    { path: 'chart', values: ['envs/web-eu1.yaml'] },
    ['eu1', 'us1'],
    ['eu1'],
  ],
  ['the longer of two known names', { path: 'x/prod-eu' }, ['prod', 'prod-eu'], ['prod-eu']],
  ['a step before a part of one', { path: 'eu1/for-us1' }, ['us1', 'eu1'], ['eu1']],
  ['nothing where two known names fit', { path: 'eu1/us1' }, ['eu1', 'us1'], []],
  ['the directory of clusters', { path: 'clusters/eu-west-1/flux-system' }, [], ['eu-west-1']],
  ['a file in it', { path: 'cluster/blue.yaml' }, [], ['blue']],
  ['no base in it', { path: 'clusters/base/apps' }, [], []],
  ['a directory before a stage', { path: 'clusters/eu-prod', stage: 'prod' }, [], ['eu-prod']],
  ['a stage', { path: 'apps/prod', stage: 'prod' }, [], ['prod']],
  [
    'each destination',
    { path: 'all.yaml', stage: 'prod', destinations: [{ name: 'b' }, { name: 'a' }, { name: 'in-cluster' }] },
    [],
    ['a', 'b'],
  ],
  [
    'the stage in the host of a server',
    { path: 'all.yaml', destinations: [{ server: 'https://staging.example.com' }, { server: 'no URL' }] },
    [],
    ['staging'],
  ],
  [
    'known names in destinations',
    { path: 'all.yaml', destinations: [{ server: 'https://k8s-eu1.example.com' }, { name: 'acme-us1' }] },
    ['eu1', 'us1'],
    ['eu1', 'us1'],
  ],
  ['nothing', { path: 'apps/web' }, ['prod'], []],
  [
    'a known name with the stage',
    { path: 'apps/prod', stage: 'prod' },
    ['acme-prod', 'acme-staging'],
    ['acme-prod'],
  ],
  [
    'a known name with another word for it',
    { path: 'clusters/production', stage: 'production' },
    ['prod', 'dev'],
    ['prod'],
  ],
  [
    'each known name of the stage',
    { path: 'apps/prod', stage: 'prod' },
    ['prod-eu', 'prod-us', 'dev'],
    ['prod-eu', 'prod-us'],
  ],
  [
    'its own name where known ones are of several stages',
    { path: 'clusters/eu' },
    ['eu-prod', 'eu-dev'],
    ['eu'],
  ],
  [
    'the known name in the name of an Application',
    { path: 'all.yaml', destinations: [{ server: 'https://10.0.0.1', application: 'web-eu1' }] },
    ['eu1', 'us1'],
    ['eu1'],
  ],
  [
    'the only name left for the cluster of Argo CD',
    { path: 'all.yaml', destinations: [{ name: 'eu1' }, { name: 'in-cluster', application: 'tools' }] },
    ['eu1', 'hub'],
    ['eu1', 'hub'],
  ],
])('clusters of a source: %s', (_, given, names, expected) => {
  expect(namedClusters([source(given)], names).map(({ clusters }) => clusters)).toEqual([expected])
})
