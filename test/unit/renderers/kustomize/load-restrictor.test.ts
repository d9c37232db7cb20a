import { describe, expect, it } from 'vitest'
import { createPrograms } from '../../../../plugin/io/programs.ts'
import type { KustomizeSource } from '../../../../renderers/kustomize/source.ts'
import { createRenderer } from '../../../../renderers/renderers.ts'
import { programDirectory } from '../../../lab/programs.mjs'
import { memoryView } from '../../memory-view.ts'

const renderer = createRenderer({ programs: createPrograms({}, programDirectory('v35')) })
const render = async (kustomization: string) => {
  const source: KustomizeSource = {
    kind: 'kustomize',
    id: 'apps/prod',
    path: 'apps/prod',
    loadRestrictor: 'LoadRestrictionsNone',
  }
  const view = memoryView({
    'apps/prod/kustomization.yaml': kustomization,
    'apps/shared/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\n',
    'apps/shared/values.env': 'a=b\n',
    'outside.yaml': '-> ../outside.yaml',
  })
  return (await renderer.render(source, view)).objects
}

describe('a kustomization without load restrictions', () => {
  it('reads files of the repository above its directory', async () => {
    expect(await render('resources: [../shared/map.yaml]\n')).toHaveLength(1)
    const generated = 'configMapGenerator: [{name: env, envs: [../shared/values.env]}]\n'
    expect(await render(generated)).toMatchObject([{ data: { a: 'b' } }])
  })

  it.each([
    'resources: [../../../outside.yaml]',
    'resources: [/etc/hostname]',
    'resources: [../../outside.yaml]',
    'configMapGenerator: [{name: x, files: [/etc/hostname]}]',
    'configMapGenerator: [{name: x, files: [key=/etc/hostname]}]',
    'configMapGenerator: [{name: x, files: [../../../../../../../../etc/hostname]}]',
    'configMapGenerator: [{name: x, envs: [/etc/environment]}]',
    'patches: [{path: /etc/hostname, target: {kind: ConfigMap}}]',
    'replacements: [{path: /etc/hostname}]',
    'transformers: [/etc/hostname]',
    'openapi: {path: /etc/hostname}',
    'crds: [/etc/hostname]',
    'generators: ["apiVersion: builtin\\nkind: ConfigMapGenerator\\nmetadata: {name: x}\\nfiles: [/etc/hostname]\\n"]',
  ])('reads nothing outside it: %s', async (kustomization) => {
    await expect(render(`${kustomization}\n`)).rejects.toMatchObject({
      problems: [{ code: expect.stringMatching(/source\.render|path\.outside/) }],
    })
  })
})
