import { describe, expect, it } from 'vitest'
import { deployedChart } from '../../../../renderers/elsewhere/deployed-chart.ts'

const chart = (version?: string) => ({
  repository: 'https://charts.example.com',
  name: 'web',
  ...(version === undefined ? {} : { version }),
})
const live = (...revisions: readonly string[]) => ({ revisions })

describe('the version of a chart', () => {
  it('is the one in Git where no cluster was read, or where it says a commit', () => {
    expect(deployedChart(chart('1.x'), undefined)).toEqual({ chart: chart('1.x') })
    expect(deployedChart(chart('1.x'), live())).toEqual({ chart: chart('1.x') })
    expect(deployedChart(chart('1.x'), live('a'.repeat(40)))).toEqual({ chart: chart('1.x') })
  })

  it('is the deployed one where a cluster says so, whatever range Git has', () => {
    expect(deployedChart(chart('1.x'), live('1.2.0'))).toEqual({
      chart: { ...chart('1.2.0'), declared: { version: '1.x' } },
    })
    expect(deployedChart(chart(), live('1.2.0')).differs).toBeUndefined()
    expect(deployedChart(chart('1.x'), live('a'.repeat(40), '1.3.0'), 1).chart.version).toBe('1.3.0')
  })

  it('that differs from the one that Git pins is named', () => {
    expect(deployedChart(chart('1.1.0'), live('1.2.0')).differs).toBe(
      'the version of the chart web (deployed 1.2.0, in Git 1.1.0)',
    )
    expect(deployedChart(chart('v1.2.0'), live('1.2.0')).differs).toBeUndefined()
  })

  it('of an artifact is a tag, without the digest that Flux adds', () => {
    const artifact = { semver: '1.x', mediaType: 'x' }
    expect(deployedChart({ ...chart(), artifact }, live('1.2.0+0123456789ab')).chart).toEqual({
      ...chart(),
      artifact: { tag: '1.2.0', mediaType: 'x' },
      declared: { artifact },
    })
    expect(deployedChart({ ...chart(), artifact: { tag: '1.1.0' } }, live('1.2.0')).differs).toContain(
      'in Git 1.1.0',
    )
  })
})
