import { describe, expect, it } from 'vitest'
import type { Json } from '../../../../plugin/model/json.ts'
import { additionsFile, manifestsBelow } from '../../../../renderers/kustomize/additions.ts'
import type { KustomizeSource } from '../../../../renderers/kustomize/source.ts'
import { memoryView } from '../../memory-view.ts'
import { type Files, source } from './inputs-ground.ts'

describe('what an object adds to a kustomization', () => {
  const added = async (files: Files, additions?: KustomizeSource['additions']) => {
    const file = await additionsFile(
      source('prod', additions === undefined ? {} : { additions }),
      memoryView(files),
    )
    return file && { path: file.path, content: JSON.parse(String(file.content)) as Json }
  }

  it('is appended to lists, merged into maps, and replaces all else', async () => {
    const files = {
      'prod/kustomization.yaml':
        'patches: [1]\ncommonAnnotations: {a: b}\nnamePrefix: x\nimages: [{name: i}, {name: j}]\n',
    }
    const additions = {
      patches: [2],
      commonAnnotations: { c: 'd' },
      namePrefix: 'y',
      images: [{ name: 'i', newTag: '2' }],
      components: ['z'],
    }
    expect(await added(files, additions)).toEqual({
      path: 'prod/kustomization.yaml',
      content: {
        patches: [1, 2],
        commonAnnotations: { a: 'b', c: 'd' },
        namePrefix: 'y',
        images: [{ name: 'j' }, { name: 'i', newTag: '2' }],
        components: ['z'],
      },
    })
  })

  it('is nothing where there are no additions', async () => {
    expect(await added({ 'prod/kustomization.yaml': '' })).toBeUndefined()
    expect(await added({ 'prod/kustomization.yaml': '' }, {})).toBeUndefined()
  })

  it('makes a kustomization of every manifest where there is none', async () => {
    expect(await added({ 'prod/a.yaml': '', 'prod/b/c.yaml': '' }, {})).toEqual({
      path: 'prod/kustomization.yaml',
      content: { resources: ['a.yaml', 'b/c.yaml'] },
    })
  })

  it('begins an empty kustomization, and is refused for one that is no mapping', async () => {
    expect(await added({ 'prod/Kustomization': '' }, { namePrefix: 'a' })).toEqual({
      path: 'prod/Kustomization',
      content: { namePrefix: 'a' },
    })
    await expect(added({ 'prod/kustomization.yml': '[]' }, { namePrefix: 'a' })).rejects.toMatchObject({
      problems: [{ code: 'source.render', place: { file: 'prod/kustomization.yml' } }],
    })
  })

  it('lists manifests as Flux does', async () => {
    const view = memoryView({
      'r/a.yaml': '',
      'r/.hidden/b.yaml': '',
      'r/k/kustomization.yaml': '',
      'r/k/c.yaml': '',
      'r/d/e.yml': '',
      'r/f.json': '',
      'r/l.yaml': '-> a.yaml',
    })
    expect(await manifestsBelow(view, 'r')).toEqual(['a.yaml', 'd/e.yml', 'k'])
  })
})
