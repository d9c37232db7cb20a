import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { changeTable } from '../../../plugin/report/change-table.ts'
import { paintOf } from '../../../plugin/report/paint.ts'
import type { Row } from '../../../plugin/report/rows.ts'

const row = (more: Partial<Row>): Row => ({
  group: 'prod · apps',
  workload: 'Deployment/cart',
  container: 'app',
  field: 'requests.cpu',
  from: '250m',
  to: '390m',
  percent: '+56 %',
  rises: true,
  why: 'CPU was above 390m.',
  where: 'apps/overlays/prod/kustomization.yaml:30',
  inserted: false,
  ...more,
})
const rows = [row({}), row({ field: 'limits.memory', from: '256Mi', to: '1Gi', inserted: true })]
const shown = (columns: number, some: readonly Row[] = rows): string =>
  changeTable('prod · apps', some, paintOf({ colour: false, columns })).toString()

describe('the table of changes', () => {
  it('has one line for a change where there is room', () => {
    expect(shown(140)).toMatchInlineSnapshot(`
      "prod · apps
      WORKLOAD         CONTAINER  FIELD           FROM     TO           WHERE
      Deployment/cart  app        requests.cpu    250m  →  390m  +56 %  apps/overlays/prod/kustomization.yaml:30
                                  └ CPU was above 390m.
                                  limits.memory  256Mi  →  1Gi   +56 %  apps/overlays/prod/kustomization.yaml:30 (new)
                                  └ CPU was above 390m."
    `)
  })

  it('has a line for places where there is less', () => {
    expect(shown(80)).toMatchInlineSnapshot(`
      "prod · apps
      WORKLOAD         CONTAINER  FIELD           FROM     TO
      Deployment/cart  app        requests.cpu    250m  →  390m  +56 %
                                  ├ apps/overlays/prod/kustomization.yaml:30
                                  └ CPU was above 390m.
                                  limits.memory  256Mi  →  1Gi   +56 %
                                  ├ apps/overlays/prod/kustomization.yaml:30 (new)
                                  └ CPU was above 390m."
    `)
  })

  it('has a line for each name where names are long', () => {
    const long = rows.map((one) => ({ ...one, workload: `Deployment/${'payments-gateway-'.repeat(3)}eu` }))
    expect(shown(80, long)).toMatchInlineSnapshot(`
      "prod · apps
      Deployment/payments-gateway-payments-gateway-payments-gateway-eu
        app
          requests.cpu    250m  →  390m  +56 %
            ├ apps/overlays/prod/kustomization.yaml:30
            └ CPU was above 390m.
          limits.memory  256Mi  →  1Gi   +56 %
            ├ apps/overlays/prod/kustomization.yaml:30 (new)
            └ CPU was above 390m."
    `)
  })

  it('moves a long place to the left, so that no path is broken', () => {
    const where = `clusters/production/${'region/'.repeat(6)}values.yaml:7`
    for (const columns of [80, 100])
      for (const line of shown(columns, [row({ where })]).split('\n'))
        expect(stringWidth(line)).toBeLessThanOrEqual(columns)
  })

  it('is as wide as it needs to be in a file', () => {
    const text = changeTable('prod · apps', rows, paintOf({ colour: false })).toString()
    expect(text.split('\n')[2]).toContain('apps/overlays/prod/kustomization.yaml:30')
  })
})
