import { describe, expect, it } from 'vitest'
import { repeatedIn, repeatedText, withoutCopies } from '../../../../plugin/run/survey/repeated.ts'
import type { SettingsSource } from '../../../../plugin/run/survey/settings-text.ts'

const workload = (name: string, namespace = '') => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace,
  name,
})
const source = (
  path: string,
  given: Partial<SettingsSource> & { namespace?: string; values?: string[] } = {},
) => {
  const { namespace, values = [], ...more } = given
  return {
    settings: { path, values, ...(namespace === undefined ? {} : { namespace }) },
    cluster: 'prod',
    workloads: [workload('web')],
    objects: [],
    namespaceUnknown: namespace === undefined,
    ...more,
  }
}
const declared = source('argocd/web.yaml', { isDeclared: true, workloads: [workload('web', 'shop')] })
const kept = (...sources: readonly SettingsSource[]) => {
  const { sources: left, skipped } = withoutCopies({ sources, clusters: [], skipped: [] })
  return { left: left.map(({ settings }) => settings.path), skipped }
}

describe('copies of what is deployed', () => {
  it('are skipped with what deploys them', () => {
    expect(kept(source('apps/web', { namespace: 'shop', values: ['a.yaml'] }), declared)).toEqual({
      left: ['argocd/web.yaml'],
      skipped: [{ path: 'apps/web + a.yaml', reason: 'argocd/web.yaml deploys the same workloads' }],
    })
    expect(kept(source('apps/web'), declared).left).toEqual(['argocd/web.yaml'])
  })

  it.each<[string, SettingsSource]>([
    ['another namespace', source('x', { namespace: 'other' })],
    ['another cluster', source('x', { namespace: 'shop', cluster: 'staging' })],
    ['more workloads', source('x', { namespace: 'shop', workloads: [workload('web'), workload('api')] })],
    ['a declaration of its own', source('x', { namespace: 'shop', isDeclared: true })],
  ])('are none with %s', (_, one) => {
    expect(kept(one, declared)).toEqual({ left: ['x', 'argocd/web.yaml'], skipped: [] })
  })
})

describe('sources that deploy the same', () => {
  it('are found by the namespaces that settings give them, and named with their values files', () => {
    const [first, ...more] = repeatedIn([
      source('charts/a', { namespace: 'shop', values: ['a.yaml'] }),
      source('charts/a', { namespace: 'shop', values: ['b.yaml'] }),
      source('charts/a', { namespace: 'other', values: ['c.yaml'] }),
    ])
    expect(more).toEqual([])
    expect(first && repeatedText(first)).toBe(
      'charts/a + a.yaml and charts/a + b.yaml both deploy Deployment/web',
    )
  })
})
