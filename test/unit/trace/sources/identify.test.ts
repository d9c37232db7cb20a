import { describe, expect, it } from 'vitest'
import { ExpectedStop } from '../../../../plugin/model/problem.ts'
import type { SourceHint } from '../../../../plugin/model/source.ts'
import { identifySource, identifySources } from '../../../../plugin/trace/sources/identify.ts'
import { world } from '../builders.ts'

const deploy = (name: string) =>
  `apiVersion: v1\nkind: Deploy\nmetadata: {name: ${name}}\nspec: {chart: web}\n`
const files = {
  'web/chart.yaml': '{}',
  'web/values.yaml': '{}',
  'web/template.yaml': '',
  'prod/stack.yaml': 'resources: [one.yaml]\n',
  'prod/one.yaml': deploy('one'),
  'flux/one.yaml': deploy('one'),
  'flux/two.yaml': `${deploy('one')}---\n${deploy('two')}`,
  'flux/none.yaml': 'kind: ConfigMap\n',
  'top.yaml': deploy('top'),
}

const identify = (hint: SourceHint) => identifySource(hint, world(files))
const codeOf = async (found: Promise<unknown>) => {
  const error: unknown = await found.catch((reason: unknown) => reason)
  return error instanceof ExpectedStop ? error.problems[0] : error
}

describe('the source at a path', () => {
  it('is of the kind of its directory', async () => {
    expect(await identify({ path: 'web', values: ['a.yaml'], cluster: 'c', namespace: 'n' })).toEqual({
      kind: 'chart',
      id: 'web + a.yaml',
      path: 'web',
      cluster: 'c',
      namespace: 'n',
      values: ['a.yaml'],
    })
    expect(await identify({ path: 'prod' })).toEqual({ kind: 'stack', id: 'prod', path: 'prod' })
  })

  it('has a place for recommendations where that is wanted', async () => {
    expect(await identify({ path: 'prod', overlay: true })).toMatchObject({
      overlay: { directory: 'prod/.tortoise' },
    })
    expect(await identify({ path: 'prod', overlay: true, cluster: 'c' })).toMatchObject({
      overlay: { directory: 'prod/.tortoise', cluster: 'c' },
    })
    expect(await identify({ path: 'prod', overlay: false })).not.toHaveProperty('overlay')
  })

  it('is the release that its file declares', async () => {
    expect(await identify({ path: 'flux/one.yaml' })).toMatchObject({
      kind: 'release',
      id: 'Deploy one in flux/one.yaml',
      declaredBy: { kind: 'Deploy', name: 'one' },
      declaredIn: { kind: 'plain', path: 'flux/one.yaml' },
    })
    expect(await identify({ path: 'top.yaml' })).toMatchObject({ id: 'Deploy top in top.yaml' })
  })

  it('is declared in the stack of its directory, where there is one', async () => {
    expect(await identify({ path: 'prod/one.yaml', cluster: 'c' })).toMatchObject({
      id: 'Deploy one in prod',
      cluster: 'c',
      declaredIn: { path: 'prod', cluster: 'c' },
    })
  })

  it('takes charts from the directory that is named', async () => {
    expect(await identify({ path: 'flux/one.yaml', charts: 'charts' })).toMatchObject({ charts: 'charts' })
  })

  it('is the one release of several that is named', async () => {
    expect(await identify({ path: 'flux/two.yaml', release: 'two' })).toMatchObject({
      declaredBy: { name: 'two' },
    })
    expect(await codeOf(identify({ path: 'flux/two.yaml' }))).toMatchObject({
      code: 'source.unknown',
      message: expect.stringContaining('one, two'),
      place: { file: 'flux/two.yaml' },
      hint: expect.stringContaining('--release'),
    })
  })

  it('is the file itself where it declares none, or none of that name', async () => {
    expect(await identify({ path: 'flux/none.yaml' })).toEqual({
      kind: 'plain',
      id: 'flux/none.yaml',
      path: 'flux/none.yaml',
    })
    expect(await identify({ path: 'flux/two.yaml', release: 'gone' })).toMatchObject({ kind: 'plain' })
  })

  it('is missing where the path does not exist', async () => {
    expect(await codeOf(identify({ path: 'gone' }))).toMatchObject({
      code: 'path.missing',
      place: { file: 'gone' },
      hint: expect.stringMatching(/\w/),
    })
  })
})

describe('several sources', () => {
  it('are kept apart by their clusters where their ids are the same', async () => {
    const hints = [
      { path: 'prod', cluster: 'a' },
      { path: 'prod', cluster: 'b' },
      { path: 'web', cluster: 'a' },
      { path: 'prod' },
    ]
    expect((await identifySources(hints, world(files))).map(({ id }) => id)).toEqual([
      'prod (a)',
      'prod (b)',
      'web',
      'prod',
    ])
  })
})
