import { describe, expect, it } from 'vitest'
import type { Recommendation } from '../../../../plugin/model/recommendation.ts'
import { recordedUsage, workload } from '../builders.ts'
import { declaredWith, edit, frame, judged, observed, type Past } from './health-ground.ts'

describe('a change that is not in the cluster', () => {
  const past: Past = { 'requests.cpu': [edit('400m', '300m', 1)] }
  const declared = declaredWith({ 'requests.cpu': '300m' })
  const replicas = { min: 4, max: 4, mean: 4 }
  const requests = (cpu: number) => ({ about: { replicas, requested: { cpu: cpu * 4, memory: 0 } } })
  const lower: Recommendation = {
    workload,
    container: 'app',
    field: 'requests.cpu',
    verdict: 'change',
    from: 300,
    to: 200,
    because: [],
    together: 'CPU of app',
  }

  it('keeps everything else of its workload, and the reason says what the pods request', () => {
    const { verdicts, decide } = judged(declared, observed(requests(400)), past)
    expect(verdicts).toEqual(['waiting'])
    expect(decide([lower])).toMatchObject([
      {
        verdict: 'keep',
        because: [
          {
            rule: 'health.waiting',
            text: expect.stringContaining('each pod still requests 400m of CPU, and Git says 300m'),
          },
        ],
      },
    ])
  })

  it.each([
    ['that requests the new values', requests(300)],
    ['whose requests are not recorded', { about: { replicas } }],
    [
      'with a container that Git does not know',
      {
        about: {
          ...requests(400).about,
          containers: [
            { container: 'app', oomKills: 0, ...recordedUsage({ cpu: () => 1, memory: () => 1 }, frame) },
            { container: 'istio-proxy', oomKills: 0 },
          ],
        },
      },
    ],
  ])('is not assumed of a workload %s', (_, given) => {
    expect(judged(declared, observed(given), past).verdicts).toEqual(['open'])
  })

  it('is not assumed in the first two hours', () => {
    const recent: Past = { 'requests.cpu': [edit('400m', '300m', 1 / 24)] }
    expect(judged(declared, observed(requests(400)), recent).verdicts).toEqual(['open'])
  })
})
