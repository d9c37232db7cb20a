import { describe, expect, it } from 'vitest'
import { type Behavior, defaultBehavior } from '../../../../../plugin/model/behavior.ts'
import { windowLimit } from '../../../../../plugin/recommend/profiles/steady/scale-window.ts'

const behaviorWith = (scaleDown: Partial<Behavior['scaleDown']>): Behavior => ({
  ...defaultBehavior,
  scaleDown: { ...defaultBehavior.scaleDown, ...scaleDown },
})
const forgetful = behaviorWith({ stabilizationWindowSeconds: 0 })

describe('the limit of one step for an HPA that forgets its recommendations', () => {
  it.each([50, 60, 70, 80, 90])('leaves the pods what the load needs, with a target of %i %%', (target) => {
    const { largestDecrease = 100 } = windowLimit({ behavior: forgetful }, target) ?? {}
    const left = 1 - largestDecrease / 100
    expect(left ** 2 / (target / 100)).toBeGreaterThanOrEqual(1)
    expect(left ** 2 / (target / 100)).toBeLessThan(1.08)
  })

  it('names the window', () => {
    expect(windowLimit({ behavior: forgetful }, 60)?.bounded.text).toMatch(
      /^The HPA removes pods after 0 seconds .* lowers the request by at most 21 %\.$/,
    )
  })

  it.each<[string, Behavior | undefined]>([
    ['without a behaviour', undefined],
    ['with the default window', defaultBehavior],
    ['with a longer window', behaviorWith({ stabilizationWindowSeconds: 900 })],
    ['that never removes pods', behaviorWith({ stabilizationWindowSeconds: 0, selectPolicy: 'Disabled' })],
  ])('is none for an HPA %s', (_name, behavior) => {
    expect(windowLimit(behavior === undefined ? {} : { behavior }, 60)).toBeUndefined()
  })
})
