import { describe, expect, it } from 'vitest'
import { generate } from '../../../plugin/hosts/cmp/generate.ts'
import { announcement, parameterTable } from '../../../plugin/hosts/cmp/parameter-table.ts'
import { readParameters } from '../../../plugin/hosts/cmp/parameters.ts'
import { createPrograms } from '../../../plugin/io/programs.ts'
import { setValues } from '../../../plugin/plan/set-values.ts'
import { traceFields } from '../../../plugin/plan/trace-fields.ts'
import { surveyRepository } from '../../../plugin/run/survey/survey.ts'
import { detectKind } from '../../../plugin/trace/sources/detect.ts'
import { discoverSources } from '../../../plugin/trace/sources/discover.ts'
import { identifySource } from '../../../plugin/trace/sources/identify.ts'
import { createKinds, createRenderer, sourceKinds } from '../../../renderers/renderers.ts'
import { memoryView } from '../memory-view.ts'
import { stamp } from './stamp.ts'

const view = memoryView({
  'defaults.yaml': 'resources:\n  requests:\n    cpu: 100m\n    memory: 64Mi\n',
  'apps/api/stamp.yaml': 'name: api\nresources:\n  requests:\n    memory: 96Mi # measured\n',
  'apps/web/stamp.yaml': 'name: web\n',
  'apps/api/.tortoise/api.json': JSON.stringify({
    version: 1,
    workload: { kind: 'Deployment', name: 'api' },
    values: [{ container: 'app', field: 'requests.memory', value: '128Mi' }],
  }),
})
const programs = createPrograms({}, '')
const renderer = createRenderer({ programs }, { kinds: [stamp, ...sourceKinds] })
const ports = { view, renderer, progress: () => {}, allowShared: false }
const workload = (name: string) => ({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name })

async function knownSources() {
  const named = await discoverSources(ports)
  return { named, rendered: await Promise.all(named.map((source) => renderer.render(source, view))) }
}

describe('a kind that is only added to the list of renderers', () => {
  it('is found by discovery, by its path, and by init', async () => {
    expect(await discoverSources(ports)).toEqual([
      { kind: 'stamp', id: 'apps/api', path: 'apps/api' },
      { kind: 'stamp', id: 'apps/web', path: 'apps/web' },
    ])
    expect(await identifySource({ path: 'apps/web', cluster: 'prod' }, ports)).toMatchObject({
      kind: 'stamp',
      cluster: 'prod',
    })
    expect((await surveyRepository(ports)).found).toMatchObject([
      { settings: { path: 'apps/api' }, workloads: [{ name: 'api' }] },
      { settings: { path: 'apps/web' }, workloads: [{ name: 'web' }] },
    ])
  })

  it('is traced to its source lines and to where an override would go', async () => {
    const { fields } = await traceFields(new Set(['apps/api']), await knownSources(), ports)
    expect([...fields.values()].map(({ trace }) => trace)).toMatchObject([
      {
        field: 'requests.cpu',
        site: { file: 'defaults.yaml', line: 3, column: 10 },
        reach: { sources: ['apps/api', 'apps/web'] },
        override: { kind: 'insert', file: 'apps/api/stamp.yaml', path: ['resources', 'requests', 'cpu'] },
        chosen: 'override',
      },
      {
        field: 'requests.memory',
        site: { file: 'apps/api/stamp.yaml', line: 4, column: 13, text: '96Mi' },
        chosen: 'site',
      },
    ])
  })

  it('takes values that are written where the trace says and proved by its own rendering', async () => {
    const address = { source: 'apps/api', container: 'app', workload: workload('api') }
    const { proposal, skipped } = await setValues(
      [
        { ...address, field: 'requests.cpu', to: '250m' },
        { ...address, field: 'requests.memory', to: '80Mi' },
        { ...address, field: 'limits.memory', to: '160Mi' },
      ],
      await knownSources(),
      ports,
    )
    expect(skipped).toEqual([])
    expect(proposal?.edits.map(({ file, after }) => [file, after])).toEqual([
      [
        'apps/api/stamp.yaml',
        'name: api\nresources:\n  requests:\n    memory: 80Mi # measured\n    cpu: 250m\n  limits:\n    memory: 160Mi\n',
      ],
    ])
    expect(proposal?.proof).toMatchObject({ verdict: 'proved', sources: ['apps/api'] })
  })

  it('proves a shared edit in every source that reads the file', async () => {
    const address = { source: 'apps/web', container: 'app', workload: workload('web') }
    const { proposal } = await setValues(
      [{ ...address, field: 'requests.cpu', to: '50m' }],
      await knownSources(),
      { ...ports, allowShared: true },
    )
    expect(proposal?.edits.map(({ file }) => file)).toEqual(['defaults.yaml'])
    expect(proposal?.proof).toMatchObject({ verdict: 'proved', sources: ['apps/api', 'apps/web'] })
  })

  it('is rendered by the Argo CD plugin, with its own parameters and the committed recommendations', async () => {
    const kinds = createKinds({ programs }, [stamp, ...sourceKinds])
    const place = { path: 'apps/api', entries: await view.list('apps/api') }
    const { kind } = await detectKind(place, view, kinds)
    const given = '[{"name": "greeting", "string": "good morning"}]'
    const parameters = readParameters(given, parameterTable(kinds))
    const application = { name: 'api', apiVersions: [] }
    const text = await generate(kind, { path: place.path, application, parameters, view }, () => {})
    expect(text).toContain('# good morning\n')
    expect(text).toContain('memory: 128Mi\n')
    expect(announcement(kind)).toContain('"greeting"')
  })
})
