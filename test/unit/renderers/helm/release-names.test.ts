import { describe, expect, it } from 'vitest'
import { releaseNames } from '../../../../renderers/helm/release-names.ts'
import { findValuesFiles } from '../../../../renderers/helm/values-files.ts'
import { memoryView } from '../../memory-view.ts'

const chartNamed = (path: string, name: string) =>
  memoryView({ [path === '.' ? 'Chart.yaml' : `${path}/Chart.yaml`]: `name: ${name}\n` })

describe('the names that a release of a chart may have', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['its directory, then its own name', 'charts/web', [], ['web', 'engine']],
    ['its own name where the directory says nothing', 'deploy/chart', [], ['engine']],
    ['its own name at the root', '.', ['values-prod.yaml'], ['engine']],
    ['the directory around one that says nothing', 'services/mail/helm', [], ['mail', 'engine']],
    ['the file of values elsewhere first', 'charts/base', ['values/prod/web.yaml'], ['web', 'engine']],
    ['the directory of values of a stage', 'charts/base', ['values/web/prod.yaml'], ['web', 'engine']],
    ['no general word of a file', 'web/chart', ['web/values-common.yaml'], ['web', 'engine']],
    ['a file beside the chart after its directory', 'web', ['web/values-eu1.yaml'], ['web', 'eu1', 'engine']],
    ['what Helm accepts', 'charts/My_App', [], ['my-app', 'engine']],
  ])('%s', async (_, path, values, expected) => {
    expect(await releaseNames({ path, values }, chartNamed(path, 'engine'))).toEqual(expected)
  })
})

describe('values files in a chart', () => {
  const chart = {
    'web/Chart.yaml': 'name: web\ndependencies: [{name: redis}, {name: postgresql, alias: db}]\n',
    'web/values.yaml': 'replicas: 1\n',
  }
  const found = async (files: Readonly<Record<string, string>>) =>
    (await findValuesFiles(['web'], [], memoryView({ ...chart, ...files }))).map(({ values }) => values?.[0])

  it('are in directories that are not of Helm', async () => {
    const text = 'replicas: 2\n'
    expect(
      await found({
        'web/env/prod.yaml': text,
        'web/env/eu/prod.yml': text,
        'web/ci/test.yaml': text,
        'web/templates/x.yaml': text,
        'web/charts/redis/values.yaml': text,
        'web/other.yaml': text,
      }),
    ).toEqual(['web/env/prod.yaml', 'web/env/eu/prod.yml'])
  })

  it('may have values of the charts in it, by name or alias, and no others', async () => {
    expect(
      await found({
        'web/env/a.yaml': 'redis: {}\ndb: {}\nglobal: {}\n',
        'web/env/b.yaml': 'postgresql: {}\n',
        'web/env/c.yaml': 'other: {}\n',
        'web/env/d.yaml': '- a\n',
      }),
    ).toEqual(['web/env/a.yaml'])
  })
})
