import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import type { Intent } from '../../../plugin/model/proof.ts'
import type { Source } from '../../../plugin/model/source.ts'
import { prove } from '../../../plugin/prove/prove.ts'

const source: Source = { kind: 'plain', id: 'apps', path: 'apps', namespace: 'shop' }
const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }

const deployment = (cpu: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', ...more },
  spec: { template: { spec: { containers: [{ name: 'app', resources: { requests: { cpu } } }] } } },
})
const config = (value: string): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  data: { value },
})

const intent = (to: string): Intent => ({
  source: 'apps',
  workload,
  container: 'app',
  field: 'requests.cpu',
  to,
})
const judge = (
  before: readonly JsonObject[],
  after: readonly JsonObject[],
  intents: readonly Intent[],
  again?: readonly JsonObject[],
) =>
  prove(
    [
      {
        source,
        before: { source, objects: before },
        after: { source, objects: after },
        ...(again && { beforeAgain: { source, objects: again } }),
      },
    ],
    intents,
  )

describe('a proof', () => {
  it('is proved when exactly the intended field changes, in whatever notation', () => {
    expect(judge([deployment('1')], [deployment('250m')], [intent('0.25')])).toMatchObject({
      verdict: 'proved',
      unexpected: [],
      missing: [],
    })
  })

  it('treats a key without a value like an absent key', () => {
    const containers = [{ name: 'app', resources: null }]
    const empty = { ...deployment('1'), spec: { template: { spec: { containers } } } }
    expect(judge([empty], [deployment('250m')], [intent('250m')])).toMatchObject({ verdict: 'proved' })
  })

  it.each([
    ['the field has another value', [deployment('300m')], { missing: [{ to: '250m' }] }],
    ['nothing changes', [deployment('1')], { missing: [{ to: '250m' }] }],
    [
      'another field changes too',
      [deployment('250m', { labels: { a: 'b' } })],
      { unexpected: [{ object: 'Deployment/api', path: ['metadata', 'labels', 'a'] }] },
    ],
    [
      'an object is added',
      [deployment('250m'), config('1')],
      { unexpected: [{ object: 'ConfigMap/c', before: null }] },
    ],
    [
      'the object is removed',
      [],
      { missing: [{ to: '250m' }], unexpected: [{ object: 'Deployment/api', after: null }] },
    ],
  ])('is refuted when %s', (_name, after, said) => {
    expect(judge([deployment('1')], after, [intent('250m')])).toMatchObject({ verdict: 'refuted', ...said })
  })

  it('is refuted when the source of an intent was not rendered', () => {
    expect(prove([], [intent('250m')])).toMatchObject({ verdict: 'refuted', missing: [{ to: '250m' }] })
  })

  it('ignores only what is random in the unchanged source', () => {
    const before = [deployment('1'), config('one')]
    const after = [deployment('250m'), config('two')]
    expect(judge(before, after, [intent('250m')])).toMatchObject({ verdict: 'refuted' })
    expect(judge(before, after, [intent('250m')], [deployment('1'), config('three')])).toMatchObject({
      verdict: 'proved',
    })
    expect(judge(before, after, [intent('250m')], [deployment('1'), config('one')])).toMatchObject({
      verdict: 'refuted',
    })
  })

  it('distinguishes objects of the same name in two namespaces', () => {
    const other = deployment('1', { namespace: 'other' })
    expect(
      judge(
        [deployment('1'), other],
        [deployment('1'), deployment('250m', { namespace: 'other' })],
        [intent('250m')],
      ),
    ).toMatchObject({
      verdict: 'refuted',
      missing: [{ to: '250m' }],
    })
  })
})
