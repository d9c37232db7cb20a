import { expect, it } from 'vitest'
import { dashboard } from '../../../plugin/report/dashboard.ts'

it('the dashboard says how much of each cluster is managed', () => {
  const coverage = [
    { cluster: 'prod', used: 3, managed: 2, share: { cpu: 0.5, memory: 0.25 }, unmanaged: [], advice: [] },
    { cluster: 'staging', used: 1, managed: 0, unmanaged: [], advice: ['set namespace: shop for it'] },
  ]
  const text = dashboard({ recommendations: [], skipped: [], coverage }, []).toString()
  expect(text).toContain('### Coverage (2)')
  expect(text).toContain(
    '- prod: 2 of 3 workloads with usage are managed: 50 % of requested CPU, 25 % of requested memory\n',
  )
  expect(text).toContain('- staging: 0 of 1 workload with usage are managed; set namespace: shop for it')
  expect(dashboard({ recommendations: [], skipped: [] }, []).toString()).not.toContain('Coverage')
})
