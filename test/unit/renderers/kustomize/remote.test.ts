import { describe, expect, it } from 'vitest'
import type { InputFile } from '../../../../plugin/model/source.ts'
import { inputsToRender, kustomizeInputs } from '../../../../renderers/kustomize/inputs.ts'
import { refuseRemoteCharts } from '../../../../renderers/kustomize/remote.ts'
import { memoryView } from '../../memory-view.ts'
import { type Files, source } from './inputs-ground.ts'

describe('a kustomization that takes something from outside the repository', () => {
  it.each([
    ['a base', 'resources: [../../x]'],
    ['a transformer', 'transformers: [../../x.yaml]'],
    ['a patch', 'patches: [{path: ../../x.yaml}]'],
    ['a chart home', 'helmGlobals: {chartHome: /charts}'],
  ])('is listed, and refused when it is rendered: %s', async (_name, text) => {
    const view = memoryView({ 'prod/kustomization.yaml': `${text}\n` })
    expect(await kustomizeInputs(source(), view)).toHaveLength(1)
    await expect(inputsToRender(source(), view)).rejects.toMatchObject({
      problems: [{ code: 'source.render', place: { file: 'prod/kustomization.yaml' } }],
    })
  })

  it('knows a chart home outside', async () => {
    const rendered = (home: string) =>
      inputsToRender(
        source(),
        memoryView({ 'prod/kustomization.yaml': `helmGlobals: {chartHome: ${home}}\n` }),
      )
    await expect(rendered('/x')).rejects.toThrow('the chart home /x is outside the repository')
    expect((await rendered('x')).inputs).toHaveLength(1)
  })
})

describe('a base, patch or chart on a server', () => {
  const refused = async (text: string, more: Files = {}, role: InputFile['role'] = 'kustomization') => {
    const file = role === 'kustomization' ? 'prod/kustomization.yaml' : 'prod/x.yaml'
    const view = memoryView({ [file]: text, ...more })
    const rendering = async () => {
      await refuseRemoteCharts([{ path: file, at: file, role, topLayer: true }], view)
      if (role === 'kustomization') await inputsToRender(source(), view)
    }
    const error: unknown = await rendering().catch((reason: unknown) => reason)
    return error instanceof Error ? error.message : undefined
  }
  const url = 'https://host/x'

  it.each([
    `resources: [${url}]`,
    `bases: ["http://host/x?ref=v1"]`,
    `components: [${url}]`,
    `patches: [{path: ${url}}]`,
    `patchesStrategicMerge: [${url}]`,
    `openapi: {path: ${url}}`,
    `replacements: [{path: ${url}}]`,
    `configMapGenerator: [{files: [key=${url}]}]`,
    `configMapGenerator: [{envs: [${url}]}]`,
    `secretGenerator: [{env: ${url}}]`,
    `resources: [a.yaml]\n---\nresources: [${url}]`,
    `Resources: [${url}]`,
    `re\u017fources: [${url}]`,
    `configMapGenerator: [{FILES: [key=${url}]}]`,
    `namePrefix: ${url}`,
    `resources: [{other: ${url}}]`,
    `- ${url}`,
  ])('is refused: %s', async (text) => {
    expect(await refused(text)).toMatch(/^prod\/kustomization\.yaml:.*host\/x/)
  })

  it.each([
    `patches: [{patch: "${url}"}]`,
    `commonAnnotations: {link: ${url}}`,
    `labels: [{pairs: {link: ${url}}}]`,
    `helmCharts: [{name: web, valuesInline: {link: ${url}}}]`,
    'resources: [a.yaml]',
    `# ${url}`,
  ])('is not meant by %s', async (text) => {
    expect(await refused(text)).toBeUndefined()
  })

  const chart = `helmCharts: [{name: web, repo: ${url}, version: 1.2.3}]`
  it('is refused for a chart that is not vendored', async () => {
    expect(await refused(chart)).toMatch(/chart web of https:\/\/host\/x/)
    expect(await refused(`helmChartInflationGenerator: [{name: web, repo: ${url}}]`)).toMatch(/chart web/)
    expect(
      await refused(`kind: HelmChartInflationGenerator\nname: web\nrepo: ${url}\nchartHome: x`, {}, 'other'),
    ).toMatch(/chart web/)
  })

  it.each<[string, string, Files]>([
    ['vendored', chart, { 'prod/charts/web/Chart.yaml': '' }],
    ['vendored with its version', chart, { 'prod/charts/web-1.2.3/web/Chart.yaml': '' }],
    ['vendored elsewhere', `helmGlobals: {chartHome: ../all}\n${chart}`, { 'all/web/Chart.yaml': '' }],
    ['without a repository', `helmCharts: [{name: web}]\n# ${url}`, {}],
    ['without a name', `helmCharts: [{repo: ${url}}]`, {}],
  ])('is not refused for a chart %s', async (_name, text, files) => {
    expect(await refused(text, files)).toBeUndefined()
  })

  it('is not searched in manifests and patches', async () => {
    expect(await refused(`resources: [${url}]`, {}, 'manifest')).toBeUndefined()
    expect(await refused(`resources: [${url}]`, {}, 'other')).toBeUndefined()
  })
})
