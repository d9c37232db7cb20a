import { describe, expect, it } from 'vitest'
import { stop } from '../../../../plugin/model/problem.ts'
import type { Source } from '../../../../plugin/model/source.ts'
import { fileTexts } from '../../../../plugin/trace/sources/file-texts.ts'
import { releasesBelow, renderEach, renderReleases } from '../../../../plugin/trace/sources/releases.ts'
import { filesOf } from '../../../../plugin/trace/sources/source-files.ts'
import type { World } from '../builders.ts'
import { deployment, releasesOf, stackSource, world } from '../builders.ts'

const deploy = (name: string, spec: string) =>
  `apiVersion: v1\nkind: Deploy\nmetadata: {name: ${name}}\nspec: {${spec}}\n`
const files = {
  'cluster/stack.yaml': 'resources: [a.yaml]\n',
  'cluster/a.yaml': `${deploy('apps', 'stack: apps')}---\n${deploy('gone', 'stack: gone')}`,
  'apps/stack.yaml': 'resources: [b.yaml]\n',
  'apps/b.yaml': deploy('web', 'stack: prod'),
  'prod/stack.yaml': 'resources: [web.yaml]\n',
  'prod/web.yaml': deployment('web', 'env: []'),
  'broken/stack.yaml': 'resources: [nothing.yaml]\n',
}

/** A world in which reading the inputs of a source fails. */
const failing = (error: Error): World => {
  const made = world(files)
  const inputs = async () => {
    throw error
  }
  return { ...made, renderer: { ...made.renderer, inputs } }
}

describe('rendering several sources', () => {
  it('gives the renderings, and why others have none', async () => {
    const sources = [stackSource('prod'), stackSource('broken'), stackSource('gone')]
    const { rendered, failed } = await renderEach(sources, world(files))
    expect(rendered.map(({ source }) => source.id)).toEqual(['prod'])
    expect(failed.map(({ source, reason }) => [source.id, reason])).toEqual([
      ['broken', expect.stringContaining('nothing.yaml')],
      ['gone', expect.stringMatching(/\w/)],
    ])
  })

  it('rejects with what concerns more than one source', async () => {
    const made = world(files)
    const render = (error: Error) => ({
      ...made,
      renderer: {
        ...made.renderer,
        render: async () => {
          throw error
        },
      },
    })
    await expect(
      renderEach([stackSource('prod')], render(stop('program.missing', 'no helm'))),
    ).rejects.toThrow(/no helm/)
    await expect(renderEach([stackSource('prod')], render(new TypeError('a bug')))).rejects.toThrow(TypeError)
  })
})

describe('the releases that renderings declare', () => {
  it('are rendered, and the releases that these declare', async () => {
    const made = world(files)
    const declaring = [await made.renderer.render(stackSource('cluster'), made.view)]
    const { rendered, failed } = await renderReleases(declaring, made)
    expect(rendered.map(({ source }) => source.id)).toEqual([
      'Deploy apps in cluster',
      'Deploy web in Deploy apps in cluster',
    ])
    expect(failed.map(({ source }) => source.id)).toEqual(['Deploy gone in cluster'])
  })

  it('are none for renderings that declare nothing', async () => {
    const made = world(files)
    const declaring = [await made.renderer.render(stackSource('prod'), made.view)]
    expect(await renderReleases(declaring, made)).toEqual({ rendered: [], failed: [] })
  })

  it('take charts from the directory that is named', async () => {
    const made = world({
      ...files,
      'cluster/a.yaml': deploy('web', 'chart: web'),
      'charts/web/chart.yaml': '{}',
      'charts/web/values.yaml': '',
      'charts/web/template.yaml': '',
    })
    const declaring = [await made.renderer.render(stackSource('cluster'), made.view)]
    expect((await renderReleases(declaring, { ...made, charts: 'charts' })).rendered).toHaveLength(1)
    expect((await renderReleases(declaring, made)).failed).toHaveLength(1)
  })
})

describe('the releases below sources', () => {
  const below = async (
    sources: readonly Source[],
    filter?: (text: string) => boolean,
    made = world(files),
  ) => ({
    ids: (await releasesBelow(sources, made, fileTexts(made, filter))).map(({ id }) => id),
    rendered: made.calls.map(({ source }) => source),
  })

  it('are all that they declare, level by level', async () => {
    expect((await below([stackSource('cluster')])).ids).toEqual([
      'Deploy apps in cluster',
      'Deploy gone in cluster',
      'Deploy web in Deploy apps in cluster',
    ])
  })

  it('are not searched in sources whose files declare nothing', async () => {
    expect(await below([stackSource('prod')])).toEqual({ ids: [], rendered: [] })
  })

  it('are not searched in sources without a file that passes the filter', async () => {
    expect(await below([stackSource('cluster')], (text) => text.includes('nobody'))).toEqual({
      ids: [],
      rendered: [],
    })
    expect((await below([stackSource('cluster')], (text) => text.includes('stack: apps'))).ids).toEqual([
      'Deploy apps in cluster',
      'Deploy gone in cluster',
    ])
  })

  it('are searched in YAML files alone', async () => {
    const made = world({ ...files, 'cluster/a.txt': deploy('x', 'stack: prod') })
    const renderer = {
      ...made.renderer,
      inputs: async () => [
        { path: 'cluster/a.txt', at: 'cluster/a.txt', role: 'other' as const, topLayer: true },
      ],
    }
    expect((await below([stackSource('cluster')], undefined, { ...made, renderer })).ids).toEqual([])
  })

  it('are none where the inputs or a file cannot be read, and a bug is thrown', async () => {
    expect(
      (await below([stackSource('cluster')], undefined, failing(stop('source.unknown', 'x')))).ids,
    ).toEqual([])
    await expect(below([stackSource('cluster')], undefined, failing(new TypeError('a bug')))).rejects.toThrow(
      TypeError,
    )
    const made = world(files)
    const read = (error: Error) => ({
      ...made,
      view: {
        ...made.view,
        read: async () => {
          throw error
        },
      },
    })
    const inputs = async () => [
      { path: 'cluster/a.yaml', at: 'cluster/a.yaml', role: 'manifest' as const, topLayer: true },
    ]
    const renderer = { ...made.renderer, inputs }
    expect(
      (await below([stackSource('x')], undefined, { ...read(stop('yaml.refused', 'x')), renderer })).ids,
    ).toEqual([])
    await expect(
      below([stackSource('x')], undefined, { ...read(new TypeError('a bug')), renderer }),
    ).rejects.toThrow(TypeError)
  })
})

describe('the files of a source', () => {
  it('are those it reads', async () => {
    expect(await filesOf(stackSource('prod'), world(files))).toEqual({
      source: stackSource('prod'),
      files: new Set(['prod/stack.yaml', 'prod/web.yaml']),
      inner: new Set(),
      layer: false,
    })
  })

  it('are for a release those of what it deploys, and those that hold its object', async () => {
    const made = world(files)
    const [release] = await releasesOf(made, stackSource('apps'))
    const found = await filesOf(release ?? stackSource('apps'), made)
    expect([...found.files].sort()).toEqual([
      'apps/b.yaml',
      'apps/stack.yaml',
      'prod/stack.yaml',
      'prod/web.yaml',
    ])
    expect([...found.inner].sort()).toEqual(['prod/stack.yaml', 'prod/web.yaml'])
  })

  it('are none where they cannot be read, and a bug is thrown', async () => {
    const source = stackSource('prod')
    const nothing = { source, files: new Set(), inner: new Set(), layer: false }
    expect(await filesOf(source, failing(stop('source.unknown', 'x')))).toEqual(nothing)
    await expect(filesOf(source, failing(new TypeError('a bug')))).rejects.toThrow(TypeError)
  })
})
