import { describe, expect, it } from 'vitest'
import { meaningsOf, stageMeaning, stageOf, wordsOf } from '../../../plugin/model/stages.ts'

describe('delivery stages in names', () => {
  it.each([
    ['apps/prod/web', 'prod'],
    ['dev/then-staging.yaml', 'staging'],
    ['products/web', undefined],
    ['clusters/pre-prod', 'preprod'],
    ['clusters/non_prod/apps', 'nonprod'],
  ])('%s', (path, stage) => {
    expect(stageOf([path])).toBe(stage)
  })

  it('several words mean the same stage', () => {
    expect(['acme-production', 'prd/eu', 'PROD'].map(stageMeaning)).toEqual(['prod', 'prod', 'prod'])
    expect(stageMeaning('acme')).toBeUndefined()
    expect([...meaningsOf('acme-production-eu')]).toEqual(['acme', 'prod', 'eu'])
    expect(wordsOf('https://API.stg.example.com:6443/x')).toEqual([
      'https',
      'api',
      'stg',
      'example',
      'com',
      '6443',
      'x',
    ])
  })
})
