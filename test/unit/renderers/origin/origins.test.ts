import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import type { OwnRepository } from '../../../../plugin/model/repository.ts'
import { createOrigins } from '../../../../renderers/origin/origins.ts'
import { memoryView } from '../../memory-view.ts'

const ours = 'https://git.example.org/team/gitops'
const application = (url: string, path: string) =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {source: {repoURL: ${url}, path: ${path}}}\n`
const repository = (name: string, url: string, ref = '{branch: main}', namespace = 'flux-system') =>
  `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {url: ${url}, ref: ${ref}}\n`
const kustomization = (name: string, path: string) =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: x}\nspec: {path: ${path}, sourceRef: {kind: GitRepository, name: ${name}}}\n`

type Files = Readonly<Record<string, string>>
const nothing: OwnRepository = { names: [], branches: [] }
const known: OwnRepository = { names: ['git.example.org/team/gitops'], branches: ['main'] }

const locate = (url: string, files: Files, own = nothing) =>
  createOrigins(async () => own).locate(
    { repository: url, revision: 'HEAD', path: './apps/' },
    { view: memoryView(files), at: 'argo' },
  )

describe('an origin of which only declarations are known', () => {
  const files = { 'apps/a.yaml': '', 'argo/web.yaml': application(ours, 'apps') }

  it('is this repository where the declared paths exist here', async () => {
    expect(await locate('git@git.example.org:team/gitops', files)).toMatchObject({ path: 'apps' })
    await expect(locate('https://git.example.org/team/web', files)).rejects.toThrow(/not this repository/)
  })

  it('is refused where two repositories are declared with paths that exist here', async () => {
    const two = { ...files, 'argo/other.yaml': application('https://git.example.org/team/web', 'apps') }
    await expect(locate(ours, two)).rejects.toThrow(/nothing says that this is that repository/)
  })

  it('is refused where the only path is the root, which every repository has', async () => {
    await expect(locate(ours, { 'argo/web.yaml': application(ours, '.') })).rejects.toThrow(
      /deliver\.repositories/,
    )
  })

  it('is the only repository that templates name', async () => {
    const template = `{{- range .Values.apps }}\nspec:\n  source:\n    repoURL: ${ours}\n    path: {{ . }}\n{{- end }}\n`
    expect(await locate(ours, { 'chart/templates/apps.yaml': template })).toMatchObject({ path: 'apps' })
    const set = `kind: ApplicationSet\nspec: {template: {spec: {source: {repoURL: ${ours}, path: "{{path}}"}}}}\n`
    expect(await locate(ours, { 'argo/set.yaml': set })).toMatchObject({ path: 'apps' })
  })

  it('is not the repository of a chart', async () => {
    const chart = `kind: Application\nspec: {source: {repoURL: ${ours}, chart: web}}\n`
    await expect(locate(ours, { 'argo/web.yaml': chart })).rejects.toThrow(/nothing says/)
  })

  it('does not count where the name of the repository is known', async () => {
    await expect(locate('https://git.example.org/team/web', files, known)).rejects.toThrow(
      /not this repository/,
    )
    expect(await locate(`${ours}.git`, {}, known)).toMatchObject({
      path: 'apps',
      origin: { repository: `${ours}.git` },
    })
  })
})

describe('a GitRepository', () => {
  const find = (
    name: string,
    files: Files,
    { own = known, objects = [] as readonly string[], at = 'clusters/prod' } = {},
  ) =>
    createOrigins(async () => own).locateIn(
      { name, namespace: 'flux-system' },
      {
        path: './apps',
        view: memoryView(files),
        at,
        objects: objects.map((text) => parse(text) as JsonObject),
      },
    )

  it('is taken from the objects that are rendered with it, before files', async () => {
    const files = { 'sources/web.yaml': repository('web', 'https://git.example.org/team/web') }
    expect(await find('web', files, { objects: [repository('web', ours)] })).toMatchObject({ path: 'apps' })
    await expect(find('web', files)).rejects.toThrow(/team\/web, which is not this repository/)
  })

  it('is that of the nearest file, and refused where two as near contradict each other', async () => {
    const files = {
      'clusters/prod/web.yaml': repository('web', ours),
      'clusters/test/web.yaml': repository('web', ours, '{branch: test}'),
    }
    expect(await find('web', files)).toMatchObject({ path: 'apps' })
    await expect(find('web', files, { at: 'clusters/test' })).rejects.toThrow(/at revision test/)
    await expect(find('web', files, { at: 'clusters/other' })).rejects.toThrow(/declare differently/)
    const elsewhere = { 'a.yaml': repository('web', ours, '{}', 'other') }
    await expect(find('web', elsewhere)).rejects.toThrow(/no file of this repository declares/)
  })

  it.each([
    ['{tag: v1, branch: main}', /revision v1/],
    ['{semver: ">=1.0", tag: v1}', /revision >=1\.0/],
    ['{name: refs/tags/v1, semver: 1.x}', /revision refs\/tags\/v1/],
    ['{commit: abc, branch: main}', /revision abc/],
  ])('selects by %s as Flux does', async (ref, message) => {
    await expect(find('web', { 'a.yaml': repository('web', ours, ref) })).rejects.toThrow(message)
  })

  it('without a revision takes master where that exists', async () => {
    const files = { 'a.yaml': repository('web', ours, '{}') }
    expect(await find('web', files)).toMatchObject({ path: 'apps' })
    await expect(find('web', files, { own: { ...known, known: ['main', 'master'] } })).rejects.toThrow(
      /master/,
    )
  })

  it('that no file declares is this repository, unless a declared one is', async () => {
    expect(await find('tenant', {})).toEqual({ path: 'apps' })
    const declared = { 'a.yaml': repository('gitops', ours) }
    await expect(find('tenant', declared)).rejects.toThrow(/no file of this repository declares/)
    expect(await find('flux-system', declared)).toEqual({ path: 'apps' })
  })

  it('is the evidence of which repository this is', async () => {
    const files = {
      'apps/a.yaml': '',
      'clusters/prod/web.yaml': kustomization('web', './apps'),
      'sources/web.yaml': repository('web', ours),
    }
    expect(await find('web', files, { own: nothing })).toMatchObject({ path: 'apps' })
  })
})
