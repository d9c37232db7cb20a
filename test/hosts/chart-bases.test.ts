import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../plugin/model/json.ts'
import { isJsonObject, listOf, valueAt } from '../../plugin/model/json.ts'
import { readObjects } from '../../plugin/yaml/objects.ts'
import { directory, kindIn, podOf, root, template } from './chart-ground.ts'

/** What `kubectl kustomize` makes of bases in config/deploy, without the hashes that its generators append. */
function bases(resources: readonly string[], components: readonly string[] = []): readonly JsonObject[] {
  const at = (path: string): string => relative(directory, join(root, 'config/deploy', path))
  const kustomization = { resources: resources.map(at), components: components.map(at) }
  writeFileSync(join(directory, 'kustomization.yaml'), JSON.stringify(kustomization))
  const args = ['kustomize', '--load-restrictor=LoadRestrictionsNone', directory]
  const text = execFileSync('kubectl', args, { encoding: 'utf8' })
  return readObjects('', text.replace(/(tortoise-(?:settings|tokens))-\w{10}$/gm, '$1'))
}

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
