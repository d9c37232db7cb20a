import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { prove } from '../../../plugin/prove/prove.ts'

const source = { kind: 'plain', id: 'apps', path: 'apps', namespace: 'shop' } as const
const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const cpu = (value: string): JsonObject => ({ type: 'cpu', metricType: 'Utilization', metadata: { value } })
const cron = (desiredReplicas: string, name = 'tortoise-mon-fri-08'): JsonObject => ({
  type: 'cron',
  name,
  metadata: { timezone: 'UTC', start: '0 8 * * 1-5', end: '0 18 * * 1-5', desiredReplicas },
})
const scaled = (...triggers: readonly JsonObject[]): JsonObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'api' },
  spec: { scaleTargetRef: { name: 'api' }, triggers },
})

function judge(before: JsonObject, after: JsonObject, to: string) {
  const rendered = { source, before: { source, objects: [before] }, after: { source, objects: [after] } }
  return prove([rendered], [{ source: 'apps', workload, field: 'hpa.cron', to }])
}

const office = '6 Mon-Fri 08:00-18:00 (UTC)'

describe('a proof of a schedule', () => {
  it.each([
    ['added before others', scaled(cpu('60')), scaled(cron('6'), cpu('60')), office],
    ['changed', scaled(cron('4'), cpu('60')), scaled(cron('6'), cpu('60')), office],
    ['taken out', scaled(cron('6'), cpu('60')), scaled(cpu('60')), 'none'],
  ])('is proved where its triggers are %s, and the other triggers are as before', (_, before, after, to) => {
    expect(judge(before, after, to)).toMatchObject({ verdict: 'proved', unexpected: [], missing: [] })
  })

  it('is refuted where another trigger changes', () => {
    expect(judge(scaled(cpu('60')), scaled(cpu('70'), cron('6')), office)).toMatchObject({
      verdict: 'refuted',
      unexpected: [{ object: 'ScaledObject/api', before: '60', after: '70' }],
    })
  })

  it('is refuted where the triggers say another schedule, or more than one', () => {
    expect(judge(scaled(cpu('60')), scaled(cpu('60'), cron('5')), office).verdict).toBe('refuted')
    const edited = { ...cron('6'), authenticationRef: { name: 'x' } }
    expect(judge(scaled(cpu('60')), scaled(cpu('60'), edited), office).verdict).toBe('refuted')
  })

  it('is refuted where KEDA would refuse two triggers of one name', () => {
    const named = { ...cpu('60'), name: 'tortoise-mon-fri-08' }
    expect(judge(scaled(named), scaled(named, cron('6')), office).refused?.[0]?.message).toBe(
      'ScaledObject/api: two triggers have the name tortoise-mon-fri-08',
    )
  })

  it('finds triggers that change without being intended', () => {
    const rendered = (objects: readonly JsonObject[]) => ({ source, objects })
    const proof = prove(
      [{ source, before: rendered([scaled(cpu('60'))]), after: rendered([scaled(cpu('60'), cron('6'))]) }],
      [],
    )
    expect(proof.verdict).toBe('refuted')
  })
})
