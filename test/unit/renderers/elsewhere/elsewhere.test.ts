import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createPrograms } from '../../../../plugin/io/programs.ts'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import { stop } from '../../../../plugin/model/problem.ts'
import type { ReleaseSource } from '../../../../plugin/model/source.ts'
import type { GitReference, SourceStore, WantedChart } from '../../../../plugin/model/store.ts'
import { remoteBase } from '../../../../renderers/kustomize/remote-base.ts'
import { createRenderer } from '../../../../renderers/renderers.ts'
import { programDirectory } from '../../../lab/programs.mjs'
import { memoryView } from '../../memory-view.ts'

const stored = '.tortoise-store/abc/web'
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: x, resources: {requests: {cpu: {{ .Values.cpu }}}}}]}
`
const chartFiles = {
  [`${stored}/Chart.yaml`]: 'apiVersion: v2\nname: web\nversion: 1.2.0\n',
  [`${stored}/values.yaml`]: 'cpu: 100m\n',
  [`${stored}/templates/web.yaml`]: deployment,
}
const release = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: shop}
spec:
  chart: {spec: {chart: web, version: 1.x, sourceRef: {kind: HelmRepository, name: charts, namespace: flux-system}}}
`
const repository = (url: string) =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: HelmRepository\nmetadata: {name: charts, namespace: flux-system}\nspec: {url: "${url}"}\n`

interface Asked {
  readonly charts: WantedChart[]
  readonly trees: GitReference[]
}

/** A renderer whose store has one chart and one tree. */
function rendererWith(more: Partial<Parameters<typeof createRenderer>[0]> = {}) {
  const asked: Asked = { charts: [], trees: [] }
  const found = { path: stored, title: 'web 1.2.0', version: '1.2.0', digest: 'abc' }
  const store: SourceStore = {
    chart: async (chart) => {
      asked.charts.push(chart)
      return found
    },
    tree: async (tree) => {
      asked.trees.push(tree)
      if (tree.url.includes('closed')) throw stop('source.fetch', 'closed is not contacted')
      return { ...found, path: '.tortoise-store/git-abc' }
    },
    file: async () => found,
    shown: (text) => text.replaceAll('.tortoise-store/abc', 'web 1.2.0'),
  }
  const programs = createPrograms({}, programDirectory('v35'))
  return { renderer: createRenderer({ programs, store, ...more }), asked }
}

const declaredIn = { kind: 'plain', id: 'apps', path: 'apps', recurse: true }
const releaseSource: ReleaseSource = {
  kind: 'release',
  id: 'HelmRelease web in apps',
  path: 'apps',
  cluster: 'prod',
  declaredIn,
  declaredBy: { kind: 'HelmRelease', name: 'web', namespace: 'shop' },
}

describe('a chart of a HelmRelease', () => {
  const files = { 'apps/web.yaml': release, 'sources/charts.yaml': repository('https://charts.example.com') }

  it('is fetched from the HelmRepository that any file declares, and its defaults are external', async () => {
    const { renderer, asked } = rendererWith()
    const view = memoryView({ ...files, ...chartFiles })
    const { objects } = await renderer.render(releaseSource, view)
    expect(objects.map(({ kind }) => kind)).toEqual(['Deployment'])
    expect(asked.charts[0]).toEqual({ repository: 'https://charts.example.com', name: 'web', version: '1.x' })
    const inputs = await renderer.inputs(releaseSource, view)
    expect(inputs.find(({ path }) => path === `${stored}/values.yaml`)).toMatchObject({
      role: 'external',
      topLayer: false,
    })
    expect(inputs.filter(({ path, frozen }) => path.startsWith(stored) && frozen === undefined)).toEqual([])
  })

  it('has the deployed version where the cluster says so', async () => {
    const live = [
      {
        cluster: 'prod',
        kind: 'HelmRelease' as const,
        namespace: 'shop',
        name: 'web',
        spec: (parse(release) as { spec: JsonObject }).spec,
        revisions: ['1.1.0'],
      },
    ]
    const { renderer, asked } = rendererWith({ live })
    await renderer.render(releaseSource, memoryView({ ...files, ...chartFiles })).catch(() => undefined)
    expect(asked.charts[0]).toMatchObject({ version: '1.1.0', declared: { version: '1.x' } })
  })

  it('that only the identity of a cloud may read is named with the login to give', async () => {
    const wanted: WantedChart[] = []
    const refusing = (why: string): SourceStore => ({
      chart: async (chart) => {
        wanted.push(chart)
        throw stop('source.fetch', why)
      },
      tree: () => Promise.reject(new Error('no tree')),
      file: () => Promise.reject(new Error('no file')),
      shown: (text) => text,
    })
    const ecr = repository('oci://1.dkr.ecr.example/charts').replace('spec: {', 'spec: {provider: aws, ')
    const view = memoryView({ ...files, 'sources/charts.yaml': ecr })
    const ask = (why: string) => rendererWith({ store: refusing(why) }).renderer.render(releaseSource, view)
    await expect(ask('the registry refuses (HTTP 401)')).rejects.toThrow(
      /HTTP 401\)\. Flux logs in to it as aws, which is not supported here: give a login for 1\.dkr\.ecr\.example/,
    )
    await expect(ask('no such tag (HTTP 404)')).rejects.not.toThrow(/Flux logs in/)
    expect(wanted[0]).toEqual({ repository: 'oci://1.dkr.ecr.example/charts', name: 'web', version: '1.x' })
  })

  it('comes from a directory of settings before any server', async () => {
    const { renderer, asked } = rendererWith({ chartDirectories: ['vendor'] })
    const vendored = Object.fromEntries(
      Object.entries(chartFiles).map(([path, text]) => [path.replace(stored, 'vendor/web'), text]),
    )
    const view = memoryView({ ...files, ...vendored })
    expect((await renderer.render(releaseSource, view)).parts).toMatchObject([{ path: 'vendor/web' }])
    expect(asked.charts).toEqual([])
    const inputs = await renderer.inputs(releaseSource, view)
    expect(inputs.find(({ path }) => path === 'vendor/web/values.yaml')?.role).toBe('external')
  })

  it('comes from the HelmRepository that is nearest, or that leads to the same place', async () => {
    const near = {
      'apps/more/charts.yaml': repository('https://near.example'),
      'b/c.yaml': repository('https://b.example'),
    }
    const slow = repository('https://a.example').replace('spec: {', 'spec: {interval: 9h, ')
    const same = { 'a/c.yaml': repository('https://a.example'), 'b/c.yaml': slow }
    for (const [files, url] of [
      [near, 'https://near.example'],
      [same, 'https://a.example'],
    ] as const) {
      const { renderer, asked } = rendererWith()
      await renderer.render(releaseSource, memoryView({ 'apps/web.yaml': release, ...files, ...chartFiles }))
      expect(asked.charts[0]?.repository).toBe(url)
    }
  })

  it('of a repository that files declare differently, or not at all, is named', async () => {
    const { renderer } = rendererWith()
    const two = {
      'a/charts.yaml': repository('https://a.example'),
      'b/charts.yaml': repository('https://b.example'),
    }
    for (const more of [two, {}])
      await expect(
        renderer.render(releaseSource, memoryView({ 'apps/web.yaml': release, ...more })),
      ).rejects.toThrow(/its chart web 1.x is not in this repository/)
  })

  it('that does not render is named by what it is', async () => {
    const { renderer } = rendererWith()
    const broken = { ...chartFiles, [`${stored}/templates/web.yaml`]: '{{ fail "no" }}' }
    const error = await renderer.render(releaseSource, memoryView({ ...files, ...broken })).catch(String)
    expect(error).toContain('web 1.2.0')
    expect(error).not.toContain('.tortoise-store')
  })
})

describe('a chart of a helmfile', () => {
  const source: ReleaseSource = {
    kind: 'release',
    id: 'Helmfile web in helmfile.yaml',
    path: 'helmfile.yaml',
    declaredIn: { kind: 'plain', id: 'helmfile.yaml', path: 'helmfile.yaml' },
    declaredBy: { kind: 'Helmfile', name: 'web', namespace: 'shop' },
  }
  it.each([
    ['team/web', 'https://charts.example.com', '', { repository: 'https://charts.example.com', name: 'web' }],
    ['team/web', 'ghcr.io/team', 'oci: true', { repository: 'oci://ghcr.io/team', name: 'web' }],
    ['oci://ghcr.io/team/web', 'x', '', { repository: 'oci://ghcr.io/team', name: 'web' }],
    ['other/web', 'https://charts.example.com', '', undefined],
  ])('%s of %s %s is fetched from its repository', async (name, url, more, expected) => {
    const { renderer, asked } = rendererWith()
    const helmfile = [
      `repositories: [{name: team, url: "${url}"${more === '' ? '' : `, ${more}`}}]`,
      `releases:`,
      `- {name: web, namespace: shop, chart: "${name}", version: 1.x}`,
      '',
    ].join('\n')
    await renderer
      .render(source, memoryView({ 'helmfile.yaml': helmfile, ...chartFiles }))
      .catch(() => undefined)
    expect(asked.charts[0]).toEqual(expected === undefined ? undefined : { ...expected, version: '1.x' })
  })
})

describe('a remote base', () => {
  it.each([
    [
      'https://github.com/team/base//overlays/prod?ref=v1',
      'https://github.com/team/base',
      'overlays/prod',
      'v1',
    ],
    [
      'https://github.com/team/base/overlays/prod?ref=v1',
      'https://github.com/team/base',
      'overlays/prod',
      'v1',
    ],
    [
      'https://github.com/team/base.git/overlays?ref=v1',
      'https://github.com/team/base.git',
      'overlays',
      'v1',
    ],
    ['https://git.example.com/a/b/c.git//x?ref=main', 'https://git.example.com/a/b/c.git', 'x', 'main'],
    ['git::https://git.example.com/a/b/c//x?ref=1', 'https://git.example.com/a/b/c', 'x', '1'],
    ['github.com/team/base//x?ref=v1&timeout=90s', 'https://github.com/team/base', 'x', 'v1'],
    ['github.com/team/base', 'https://github.com/team/base', '.', undefined],
    ['git@github.com:team/base.git//x?ref=v1', 'git@github.com:team/base.git', 'x', 'v1'],
    ['ssh://git@github.com/team/base.git//x?ref=v1', 'ssh://git@github.com/team/base.git', 'x', 'v1'],
    ['https://github.com/team/base//x?version=v1', 'https://github.com/team/base', 'x', 'v1'],
  ])('%s is read as kustomize reads it', (text, url, path, ref) => {
    expect(remoteBase(text)).toEqual({ url, path, ...(ref === undefined ? {} : { ref }) })
  })

  it.each(['https://example.com/a/b.yaml', 'https://github.com/a/b//../c?ref=v1', 'apps/base'])(
    '%s is none',
    (text) => expect(remoteBase(text)).toBeUndefined(),
  )

  const source = { kind: 'kustomize', id: 'apps', path: 'apps' }
  const base = {
    '.tortoise-store/git-abc/base/kustomization.yaml': 'resources: [web.yaml]\n',
    '.tortoise-store/git-abc/base/web.yaml': deployment.replace('{{ .Values.cpu }}', '100m'),
  }

  it('is built in place of its URL, also in an overlay of the base', async () => {
    const { renderer, asked } = rendererWith()
    const view = memoryView({
      'apps/kustomization.yaml': 'namePrefix: a-\nresources: ["https://github.com/team/base//base?ref=v1"]\n',
      ...base,
    })
    const { objects } = await renderer.render(source, view)
    expect(objects).toMatchObject([{ metadata: { name: 'a-web' } }])
    expect(asked.trees[0]).toEqual({ url: 'https://github.com/team/base', ref: 'v1' })
  })

  it('that cannot be fetched, or that leads into this repository, is refused', async () => {
    const { renderer } = rendererWith()
    const closed = { 'apps/kustomization.yaml': 'resources: ["https://closed.example/a/b//c?ref=v1"]\n' }
    await expect(renderer.render(source, memoryView(closed))).rejects.toThrow('closed is not contacted')
    const leading = {
      'apps/kustomization.yaml': 'resources: ["https://github.com/team/base//base?ref=v1"]\n',
      'secret/kustomization.yaml': 'resources: []\n',
      '.tortoise-store/git-abc/base/kustomization.yaml': 'resources: [../../../secret]\n',
    }
    await expect(renderer.render(source, memoryView(leading))).rejects.toThrow(/is outside the repository/)
  })

  it('takes nothing else from a server: patches and generators with URLs are refused', async () => {
    const { renderer } = rendererWith()
    for (const line of [
      'patches: [{path: "https://x.example/p.yaml"}]',
      'transformers: ["https://x.example/t.yaml"]',
    ])
      await expect(
        renderer.render(source, memoryView({ 'apps/kustomization.yaml': `resources: []\n${line}\n` })),
      ).rejects.toThrow(/rendering downloads nothing/)
  })
})
