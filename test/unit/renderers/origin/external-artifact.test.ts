import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import { copiedDirectory } from '../../../../renderers/origin/external-artifact.ts'

const generator = (copies: readonly string[], namespace = 'flux-system', kind = 'GitRepository') =>
  parse(`apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: all, namespace: ${namespace}}
spec:
  sources: [{alias: repo, kind: ${kind}, name: gitops}]
  artifacts: [{name: apps, copy: [${copies.join(', ')}]}]
`) as JsonObject
const copy = (from: string, to: string, more = '') => `{from: "${from}", to: "${to}"${more}}`
const found = (...objects: readonly JsonObject[]) =>
  copiedDirectory({ name: 'apps', namespace: 'flux-system' }, objects)?.directory

describe('an ExternalArtifact', () => {
  it.each([
    [[copy('@repo/apps/**', '@artifact/')], 'apps'],
    [[copy('@repo/apps/base/**', '@artifact/base/'), copy('@repo/apps/prod/**', '@artifact/prod/')], 'apps'],
    [[copy('@repo/base/**', '@artifact/base/')], '.'],
    [[copy('@repo/**', '@artifact/')], '.'],
    [[copy('@repo/a/b/c/**', '@artifact/b/c/')], 'a'],
  ])('is the copy of a directory: %s', (copies, directory) => {
    expect(found(generator(copies))).toBe(directory)
  })

  it.each([
    [[copy('@repo/apps/**', '@artifact/'), copy('@repo/other/**', '@artifact/other/')]],
    [[copy('@repo/apps/base/**', '@artifact/common/')]],
    [[copy('@repo/apps/*.yaml', '@artifact/')]],
    [[copy('@repo/apps/**', '@artifact/', ', exclude: ["*.md"]')]],
    [[copy('@repo/apps/**', '@artifact/', ', strategy: Merge')]],
    [[copy('@repo/apps/**', '@artifact/'), copy('@chart/**', '@artifact/')]],
    [[]],
  ])('is no plain copy: %s', (copies) => {
    expect(found(generator(copies))).toBeUndefined()
  })

  it('is made in its namespace, from a GitRepository, by one generator', () => {
    const copies = [copy('@repo/apps/**', '@artifact/')]
    expect(found(generator(copies, 'other'))).toBeUndefined()
    expect(found(generator(copies, 'flux-system', 'OCIRepository'))).toBeUndefined()
    expect(found(generator(copies), generator([copy('@repo/other/**', '@artifact/')]))).toBeUndefined()
    expect(found(generator(copies), generator(copies))).toBe('apps')
    expect(found()).toBeUndefined()
  })
})
