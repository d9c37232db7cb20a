import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import { applicationSet } from '../../../../renderers/argocd/application-set.ts'
import { portsOf } from '../declaring-ports.ts'
import { declaredIn, object, view } from './argocd-ground.ts'

describe('an ApplicationSet', () => {
  const set = (spec: string) =>
    object(
      `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec: ${spec}\n`,
    )
  const template =
    'template: {metadata: {name: "{{path.basename}}"}, spec: {source: {path: "{{path}}"}, destination: {namespace: "{{path[0]}}"}}}'
  const directories = 'generators: [{git: {directories: [{path: apps/*}, {path: charts/*}]}}]'

  it('declares every Application that it generates', async () => {
    const declares = (one: JsonObject) =>
      applicationSet.declares(one, { ...portsOf(view), namespace: 'default', path: 'x' })
    expect(await declares(set(`{${directories}, ${template}}`))).toEqual([
      {
        object: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd', generated: 'web' },
        namespace: 'apps',
      },
      {
        object: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd', generated: 'web' },
        namespace: 'charts',
      },
    ])
    expect(await declares(set(`{${directories}}`))).toEqual([])
    expect(await declares(set(`{${directories}, template: {metadata: {}}}`))).toEqual([])
    // What it makes is not known, so the set itself is listed.
    expect(await declares(set(`{${directories}, template: {metadata: {name: "{{gone}}"}}}`))).toEqual([
      { object: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd' }, namespace: 'argocd' },
    ])
    expect(await declares({ ...set(`{${directories}, ${template}}`), apiVersion: 'example.com/v1' })).toEqual(
      [],
    )
  })

  it('renders the Application with the generated name', async () => {
    const go =
      'goTemplate: true, template: {metadata: {name: "{{ index .path.segments 0 }}"}, spec: {source: {path: "{{ .path.path }}"}}}'
    const translate = (generated: string) =>
      applicationSet.translate({
        source: {
          kind: 'release',
          id: 'one',
          path: 'x',
          declaredIn,
          declaredBy: { kind: 'ApplicationSet', name: 'all', namespace: 'argocd', generated },
        },
        objects: [set(`{${directories}, ${go}}`)],
        base: async () => [set(`{${directories}, ${go}}`)],
        around: [],
        ...portsOf(view),
      })
    expect((await translate('charts'))?.parts).toMatchObject([
      { kind: 'helm', path: 'charts/web', release: 'charts' },
    ])
    expect((await translate('apps'))?.parts).toMatchObject([{ kind: 'kustomize', path: 'apps/web' }])
    expect(await translate('gone')).toBeUndefined()
  })

  it('computes paths, and takes no patches', () => {
    expect(applicationSet.computesPaths?.('kind: ApplicationSet')).toBe(true)
    expect(applicationSet.computesPaths?.('kind: Application')).toBe(false)
    expect(applicationSet.patchesAt(set('{}'))).toBeUndefined()
    expect(applicationSet.valuesAt(set(`{${template}}`))).toMatchObject({
      path: ['spec', 'template', 'spec', 'source', 'helm', 'valuesObject'],
    })
  })
})
