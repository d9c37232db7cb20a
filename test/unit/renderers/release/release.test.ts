import { describe, expect, it } from 'vitest'
import type { RepositoryView, Source } from '../../../../plugin/model/source.ts'
import { isRelease } from '../../../../plugin/model/source.ts'
import { cachedByContent } from '../../../../renderers/content-cache.ts'
import { substituteVariables } from '../../../../renderers/flux/substitute.ts'
import { hasObjectOf } from '../../../../renderers/release/declaring-kind.ts'
import { cachedByView } from '../../../../renderers/view-cache.ts'
import { memoryView } from '../../memory-view.ts'
import { chartSource, deployment, releasesOf, stackSource, world } from '../../trace/builders.ts'

const deploy = (name: string, spec: string, metadata = '') =>
  `apiVersion: v1\nkind: Deploy\nmetadata: {name: ${name}${metadata}}\nspec: {${spec}}\n`
const web = deployment('web', 'env: []')
const files = {
  'cluster/stack.yaml': 'resources: [a.yaml]\n',
  'cluster/a.yaml': deploy('web', 'stack: apps/web', ', namespace: flux'),
  'apps/web/stack.yaml': 'resources: [web.yaml]\n',
  'apps/web/web.yaml': web,
}

describe('the sources that objects declare', () => {
  it('are releases of the source that holds the object', async () => {
    const holder = stackSource('cluster', { cluster: 'prod', namespace: 'shop' })
    expect(await releasesOf(world(files), holder)).toEqual([
      {
        kind: 'release',
        id: 'Deploy web in cluster',
        path: 'cluster',
        namespace: 'flux',
        cluster: 'prod',
        declaredIn: holder,
        declaredBy: { kind: 'Deploy', name: 'web', namespace: 'flux' },
      },
    ])
  })

  it('end where a chain of declarations returns to itself', async () => {
    const circle = { ...files, 'apps/web/web.yaml': deploy('web', 'stack: apps/web', ', namespace: flux') }
    const made = world(circle)
    const [first] = await releasesOf(made, stackSource('cluster'))
    expect(first && (await releasesOf(made, first))).toEqual([])
  })

  it('end after five levels', async () => {
    const deep = Object.fromEntries(
      Array.from({ length: 9 }, (_, level) => [
        [`s${level}/stack.yaml`, 'resources: [d.yaml]\n'],
        [`s${level}/d.yaml`, deploy(`d${level + 1}`, `stack: s${level + 1}`)],
      ]).flat(),
    )
    const made = world(deep)
    let source: Source = stackSource('s0')
    let levels = 0
    for (;;) {
      const [next] = await releasesOf(made, source)
      if (next === undefined) break
      source = next
      levels += 1
    }
    expect(levels).toBe(4)
  })

  it('render as the object says, found again in a view with edits', async () => {
    const made = world(files)
    const [release] = await releasesOf(made, stackSource('cluster'))
    if (release === undefined) throw new Error('no release')
    const { objects, parts } = await made.renderer.render(release, made.view)
    expect(objects).toHaveLength(1)
    expect(parts?.map(({ path }) => path)).toEqual(['apps/web'])
    const edited = made.view.with(
      new Map([['cluster/a.yaml', deploy('web', 'stack: gone', ', namespace: flux')]]),
    )
    await expect(made.renderer.render(release, edited)).rejects.toThrow(/gone|stack/)
    const nothing = made.view.with(new Map([['cluster/a.yaml', deploy('other', 'stack: apps/web')]]))
    await expect(made.renderer.render(release, nothing)).rejects.toMatchObject({
      problems: [
        {
          code: 'source.render',
          message: expect.stringContaining('Deploy web'),
          hint: expect.stringMatching(/\w/),
        },
      ],
    })
    expect(await made.renderer.parts(release, nothing)).toEqual([])
    expect(await made.renderer.parts(release, made.view)).toHaveLength(1)
  })

  it('read the files of what they render, and one level up those that hold the object', async () => {
    const made = world(files)
    const [release] = await releasesOf(made, stackSource('cluster'))
    const inputs = release ? await made.renderer.inputs(release, made.view) : []
    expect(inputs.map(({ path, levelsUp }) => [path, levelsUp])).toEqual([
      ['apps/web/stack.yaml', undefined],
      ['apps/web/web.yaml', undefined],
      ['cluster/stack.yaml', 1],
      ['cluster/a.yaml', 1],
    ])
  })

  it('have values of charts in the directory of charts as external files', async () => {
    const made = world({
      'cluster/stack.yaml': 'resources: [a.yaml]\n',
      'cluster/a.yaml': deploy('web', 'chart: web'),
      'vendor/web/chart.yaml': '{}',
      'vendor/web/values.yaml': '{}',
      'vendor/web/template.yaml': web,
    })
    const rendering = await made.renderer.render(stackSource('cluster'), made.view)
    const [release] = await made.renderer.declared(rendering, made.view, 'vendor')
    const inputs = release ? await made.renderer.inputs(release, made.view) : []
    expect(inputs.find(({ path }) => path === 'vendor/web/values.yaml')).toMatchObject({
      role: 'external',
      topLayer: false,
    })
    expect(inputs.find(({ path }) => path === 'vendor/web/template.yaml')).toMatchObject({ role: 'template' })
  })

  it('are known by their kind, and a source of no kind is a bug', () => {
    const { renderer } = world(files)
    expect(renderer.kindOf(stackSource('x')).name).toBe('stack')
    expect(renderer.kindOf({ kind: 'release', id: 'x', path: 'x' }).name).toBe('release')
    expect(() => renderer.kindOf({ kind: 'gone', id: 'x', path: 'x' })).toThrow(/gone/)
    expect(renderer.format('Deploy')?.kind).toBe('Deploy')
    expect(renderer.format('Gone')).toBeUndefined()
    expect(renderer.mayDeclare('x.yaml', 'kind: Deploy\n')).toBe(true)
    expect(renderer.mayDeclare('x.yaml', 'kind: Deployment\n')).toBe(false)
    expect(renderer.computesPaths('$(x)')).toBe(true)
    expect(renderer.computesPaths('x')).toBe(false)
    expect(isRelease(stackSource('x'))).toBe(false)
  })

  it.each<[string, boolean]>([
    ['kind: Deploy', true],
    ['- kind: Deploy', true],
    ['  kind: "Deploy"  ', true],
    ["a: 1\n  - kind:   'Deploy'\nb: 2", true],
    ['kind: Deployment', false],
    ['# kind: Deploy', true],
    ['{kind: Deploy, metadata: {}}', true],
    ['{"kind": "Deploy"}', true],
    ['mykind: Deploy', false],
    ['kind: Deploy # x', true],
  ])('may be in a text with %j: %s', (text, may) => {
    expect(hasObjectOf('Deploy')('x.yaml', text)).toBe(may)
  })

  it('keep an object without variables as it is', () => {
    const object = { a: 1 }
    expect(substituteVariables(object, new Map())).toEqual(object)
  })
})

/** A renderer that counts its renderings. */
function counting(fails = false) {
  const rendered: string[] = []
  return {
    rendered,
    renderer: {
      inputs: async ({ path }: Source) => [{ path, at: path, role: 'manifest' as const, topLayer: true }],
      render: async (source: Source, view: RepositoryView) => {
        rendered.push(`${source.id} ${(await view.read(source.path))?.text}`)
        if (fails) throw new Error('no')
        return { source, objects: [] }
      },
    },
  }
}

describe('renderings that are kept by content', () => {
  const view = memoryView({ a: '1', b: '1' })

  it('are made once for the same source, files and options, through any view', async () => {
    const { rendered, renderer } = counting()
    const cached = cachedByContent(renderer)
    await cached.render(stackSource('a'), view)
    await cached.render(stackSource('a'), memoryView({ a: '1' }))
    expect((await cached.render(stackSource('a', { id: 'other', cluster: 'c' }), view)).source.id).toBe(
      'other',
    )
    expect(rendered).toEqual(['a 1'])
    await cached.render(stackSource('a'), view.with(new Map([['a', '2']])))
    await cached.render(stackSource('a', { namespace: 'n' }), view)
    await cached.render(stackSource('a'), view, { extraValues: 'x' })
    await cached.render(stackSource('b'), view)
    expect(rendered).toEqual(['a 1', 'a 2', 'a 1', 'a 1', 'b 1'])
  })

  it('are made again on request, and after a failure', async () => {
    const { rendered, renderer } = counting()
    const cached = cachedByContent(renderer)
    await cached.render(stackSource('a'), view)
    await cached.render(stackSource('a'), view, { fresh: true })
    expect(rendered).toHaveLength(2)
    const failing = counting(true)
    const broken = cachedByContent(failing.renderer)
    await expect(broken.render(stackSource('a'), view)).rejects.toThrow('no')
    await expect(broken.render(stackSource('a'), view)).rejects.toThrow('no')
    expect(failing.rendered).toHaveLength(2)
  })

  it('are made once for two that ask at the same time', async () => {
    const { rendered, renderer } = counting()
    const cached = cachedByContent(renderer)
    await Promise.all([cached.render(stackSource('a'), view), cached.render(stackSource('a'), view)])
    expect(rendered).toHaveLength(1)
  })

  it('are kept apart with markers only where those matter', async () => {
    const one = counting()
    const same = cachedByContent(one.renderer)
    await same.render(stackSource('a'), view)
    await same.render(stackSource('a'), view, { marked: true })
    expect(one.rendered).toHaveLength(1)
    const two = counting()
    const apart = cachedByContent(two.renderer, {
      variesWithMarkers: (files) => files.some(({ path }) => path === 'a'),
    })
    await apart.render(stackSource('a'), view)
    await apart.render(stackSource('a'), view, { marked: true })
    await apart.render(stackSource('b'), view)
    await apart.render(stackSource('b'), view, { marked: true })
    expect(two.rendered).toHaveLength(3)
  })

  it('are forgotten, the oldest first, when they hold many objects', async () => {
    const rendered: string[] = []
    const cached = cachedByContent({
      inputs: async () => [],
      render: async (source: Source) => {
        rendered.push(source.path)
        return { source, objects: Array.from({ length: 700 }, () => ({})) }
      },
    })
    for (const path of ['a', 'b', 'a', 'c', 'a', 'b']) await cached.render(stackSource(path), view)
    expect(rendered).toEqual(['a', 'b', 'c', 'b'])
  })
})

describe('answers that are kept by view', () => {
  it('are asked once for a view, and inputs once for all its edits', async () => {
    const view = memoryView({ a: '1' })
    const { rendered, renderer } = counting()
    let inputs = 0
    const cached = cachedByView({
      ...renderer,
      inputs: async (source: Source) => {
        inputs += 1
        return renderer.inputs(source)
      },
    })
    const edited = view.with(new Map([['a', '2']]))
    for (const used of [view, view, edited, edited]) {
      await cached.inputs(stackSource('a'), used)
      await cached.render(stackSource('a'), used)
    }
    expect(inputs).toBe(1)
    expect(rendered).toEqual(['a 1', 'a 2'])
    await cached.render(stackSource('a'), view, { marked: true })
    await cached.render(stackSource('a'), view, { extraValues: 'x' })
    await cached.render(stackSource('a'), view, { fresh: true })
    await cached.render(chartSource('a'), view)
    expect(rendered).toHaveLength(6)
  })
})
