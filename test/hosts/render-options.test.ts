import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tortoise } from './program.ts'
import { parameters, renderGround } from './render-ground.ts'

const { checkout, root, run, write } = renderGround()
afterAll(checkout.remove)

describe("Argo CD's options for a kustomization", () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, image: shop/web:1}, {name: proxy, image: envoy:2}]}\n'
  const own = 'resources: [web.yaml]\nnamePrefix: old-\nimages: [{name: shop/web, newTag: "7"}]\n'
  const component =
    'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {by: component}\n'
  beforeAll(() => {
    for (const at of ['options', 'wanted']) {
      write(`${at}/web.yaml`, deployment)
      write(`${at}/kustomization.yaml`, own)
      write(`${at}/extra/kustomization.yaml`, component)
    }
  })

  it.each<[string, object, string]>([
    ['name-prefix', { string: 'blue-' }, own.replace('old-', 'blue-')],
    ['name-suffix', { string: '-v2' }, `${own}nameSuffix: -v2\n`],
    ['namespace', { string: 'team' }, `${own}namespace: team\n`],
    ['images', { array: ['shop/web:8'] }, own.replace('"7"', '"8"')],
    [
      'images',
      { array: ['envoy=mirror.example:5000/envoy:3', `shop/web@sha256:${'a'.repeat(64)}`] },
      `resources: [web.yaml]\nnamePrefix: old-\nimages:\n- {name: envoy, newName: "mirror.example:5000/envoy", newTag: "3"}\n- {name: shop/web, digest: "sha256:${'a'.repeat(64)}"}\n`,
    ],
    ['replicas', { map: { web: '4' } }, `${own}replicas: [{name: web, count: 4}]\n`],
    ['common-labels', { map: { team: 'a' } }, `${own}commonLabels: {team: a}\n`],
    ['common-annotations', { map: { note: 'on' } }, `${own}commonAnnotations: {note: "on"}\n`],
    ['components', { array: ['extra'] }, `${own}components: [extra]\n`],
    [
      'patches',
      { string: '- target: {kind: Deployment}\n  patch: "- {op: add, path: /spec/replicas, value: 9}"\n' },
      `${own}patches:\n- target: {kind: Deployment}\n  patch: "- {op: add, path: /spec/replicas, value: 9}"\n`,
    ],
  ])('%s %j', async (name, value, kustomization) => {
    write('wanted/kustomization.yaml', kustomization)
    const ended = await tortoise(['render', 'options'], { cwd: root, env: parameters({ name, ...value }) })
    expect(ended).toEqual({ status: 0, stderr: '', stdout: run('kubectl', ['kustomize', 'wanted']) })
  })

  it('labels that leave selectors alone, in templates or not', async () => {
    for (const templates of ['true', 'false']) {
      const labels = `labels: [{pairs: {team: a}, includeTemplates: ${templates}}]\n`
      write('wanted/kustomization.yaml', `${own}${labels}`)
      const env = parameters(
        { name: 'common-labels', map: { team: 'a' } },
        { name: 'label-without-selector', string: 'true' },
        { name: 'label-include-templates', string: templates },
      )
      const ended = await tortoise(['render', 'options'], { cwd: root, env })
      expect(ended.stdout).toBe(run('kubectl', ['kustomize', 'wanted']))
    }
  })

  it('versions for the charts inside it: those of the destination, or of the parameters', async () => {
    const version = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\ndata:\n'
    const data = `${version}  version: {{ .Capabilities.KubeVersion.Version }}\n  own: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}\n`
    write('inflating/charts/inner/Chart.yaml', 'apiVersion: v2\nname: inner\nversion: 0.1.0\n')
    write('inflating/charts/inner/values.yaml', '{}\n')
    write('inflating/charts/inner/templates/v.yaml', data)
    write('inflating/kustomization.yaml', 'helmCharts: [{name: inner, releaseName: inner}]\n')
    const env = { KUBE_VERSION: '1.30.0', KUBE_API_VERSIONS: 'v1,example.com/v1' }
    const ended = await tortoise(['render', 'inflating'], { cwd: root, env })
    expect(ended.stdout).toContain('version: v1.30.0')
    expect(ended.stdout).toContain('own: "true"')
    const asked = { ...env, ...parameters({ name: 'kube-version', string: '1.31.0' }) }
    expect((await tortoise(['render', 'inflating'], { cwd: root, env: asked })).stdout).toContain('v1.31.0')
  })

  it.each<[string, object, RegExp]>([
    ['images', { array: ['web'] }, /"web" is not an image/],
    ['images', { array: ['a=b=c'] }, /"a=b=c" is not an image/],
    ['replicas', { map: { web: 'many' } }, /must be a map of counts/],
    ['patches', { string: 'a: [' }, /must be a YAML list/],
    ['components', { array: ['../../../etc'] }, /is outside the repository/],
    ['name-prefix', { string: ['a'] }, /name-prefix must be a string/],
  ])('%s %j stops, printing nothing', async (name, value, says) => {
    const ended = await tortoise(['render', 'options'], { cwd: root, env: parameters({ name, ...value }) })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(says)
  })
})
