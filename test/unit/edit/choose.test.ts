import { describe, expect, it } from 'vitest'
import type { WantedChange } from '../../../plugin/edit/choose.ts'
import { chooseEdit } from '../../../plugin/edit/choose.ts'
import type { InsertSite, ScalarSite, SharedField, Trace } from '../../../plugin/model/site.ts'

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const address = { workload, container: 'app', field: 'requests.cpu' } as const
const place = { file: 'values.yaml', line: 1, column: 6, document: 0 }

const site: ScalarSite = { kind: 'scalar', ...place, path: ['cpu'], range: [5, 9], text: '500m' }
const override: InsertSite = { kind: 'insert', ...place, path: ['api', 'cpu'] }
const shared: SharedField = { ...address, source: 'staging', container: 'worker' }

const trace = (more: Partial<Trace> = {}): Trace => ({
  ...address,
  source: 'prod',
  value: '500m',
  site,
  reach: { sources: ['prod', 'staging'], containers: 2 },
  override: override,
  chosen: 'site',
  sharedWith: [shared],
  ...more,
})

const choose = (traced: Trace, to: number | string, more: Partial<WantedChange> = {}) =>
  chooseEdit({ ...address, trace: traced, to, ...more })

describe('an edit for a traced field', () => {
  it('goes to the source line, for every field that takes its value from it', () => {
    expect(choose(trace(), 250)).toEqual({
      kind: 'edit',
      edit: { ...address, site, to: '250m' },
      intents: [
        { ...address, source: 'prod', to: '250m' },
        { ...shared, to: '250m' },
      ],
    })
  })

  it('goes to the override, for this source alone', () => {
    expect(choose(trace({ chosen: 'override' }), 250)).toEqual({
      kind: 'edit',
      edit: { ...address, site: override, to: '250m' },
      intents: [{ ...address, source: 'prod', to: '250m' }],
    })
  })

  it('keeps the place of the field in the rendered object', () => {
    const rendered = ['spec', 'maxReplicas']
    expect(choose(trace(), 250, { rendered })).toMatchObject({ edit: { rendered } })
  })

  it.each([
    ['2880Mi', 2880 * 1024 ** 2, '3Gi'],
    ['2Gi', 2 * 1024 ** 3, '2Gi'],
  ])('rounds %s up to the unit that the source puts after a whole number', (_, to, text) => {
    const memory = { field: 'requests.memory', value: '4Gi' } as const
    const affix = { before: '', after: 'Gi' }
    const traced = trace({ ...memory, site: { ...site, text: '4', affix }, sharedWith: [] })
    expect(choose(traced, to, { field: 'requests.memory' })).toMatchObject({ edit: { to: text } })
  })

  it('is settled where rounding up gives the current value', () => {
    const affix = { before: '', after: 'Gi' }
    const traced = trace({ field: 'requests.memory', value: '4Gi', site: { ...site, text: '4', affix } })
    expect(choose(traced, 3.5 * 1024 ** 3, { field: 'requests.memory' })).toEqual({ kind: 'settled' })
  })

  it.each<[string, Trace, string]>([
    ['the unit of the source line', trace({ site: { ...site, text: '0.5' } }), '0.25'],
    ['the unit inside the quotes of the source line', trace({ site: { ...site, text: '"0.5"' } }), '0.25'],
    [
      'the unit of the rendered value where the source puts text round the source line',
      trace({ site: { ...site, text: '0.5', affix: { before: '', after: 'm' } } }),
      '250m',
    ],
    [
      'the unit of the rendered value at an override',
      trace({ site: { ...site, text: '0.5' }, chosen: 'override' }),
      '250m',
    ],
    ['the unit of the rendered value at an insertion', trace({ site: override, value: '0.5' }), '0.25'],
    ['the usual unit where nothing is rendered yet', trace({ site: override, value: '' }), '250m'],
  ])('is written in %s', (_name, traced, to) => {
    expect(choose(traced, 250)).toMatchObject({ kind: 'edit', edit: { to } })
  })

  it('takes the text that a person gave as it is', () => {
    expect(choose(trace(), '0.25')).toMatchObject({ kind: 'edit', edit: { to: '0.25' } })
  })

  it.each(['nothing', '9Mi', '0'])('is refused for the text %j, which is no value of the field', (to) => {
    expect(choose(trace(), to)).toEqual({ kind: 'refused', reason: expect.stringContaining(to) })
  })

  it('is not needed where the value is there already, however it is written', () => {
    expect(choose(trace(), 500)).toEqual({ kind: 'settled' })
    expect(choose(trace(), '0.5')).toEqual({ kind: 'settled' })
    expect(choose(trace({ site: null, chosen: null }), '0.5')).toEqual({ kind: 'settled' })
  })

  it('is refused with the reason of the trace when no place was chosen', () => {
    expect(choose(trace({ chosen: null, reason: 'two layers' }), 250)).toEqual({
      kind: 'refused',
      reason: 'two layers',
    })
    expect(choose(trace({ chosen: null }), 250)).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/\w/),
    })
  })
})
