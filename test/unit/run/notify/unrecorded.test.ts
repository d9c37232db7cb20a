import { describe, expect, it } from 'vitest'
import { loadSettings } from '../../../../config/load.ts'
import { unrecorded } from '../../../../plugin/run/notify/unrecorded.ts'

const of = (deliver: string) =>
  unrecorded(loadSettings('tortoise.yaml', `sources: []\ndeliver: {${deliver}}\n`))

describe('what is said where nothing records the summary', () => {
  it('is nothing where a run writes the dashboard issue', () => {
    expect(of('mode: pull-request, pullRequests: {dashboard: true}')).toBeUndefined()
  })

  it('names the mode where the dashboard is set, and the run opens no pull request', () => {
    expect(of('mode: commit, pullRequests: {dashboard: true}')).toEqual({
      reason:
        'deliver.pullRequests.dashboard is set, but a run with deliver.mode: commit writes no dashboard issue',
      hint: expect.stringMatching(/^Set deliver\.mode: pull-request and a forge \(deliver\.github or/),
    })
  })

  it('names the dashboard where it is not set, and the mode where that is missing too', () => {
    expect(of('mode: pull-request')?.hint).toMatch(/^Set deliver\.pullRequests\.dashboard: true, or use/)
    expect(of('mode: commit')?.hint).toMatch(/dashboard: true with deliver\.mode: pull-request and a forge/)
  })
})
