import type { DeclaredContainer } from '../../../../../plugin/model/declared-container.ts'
import type { ContainerUsage } from '../../../../../plugin/model/observation.ts'
import type { RecommendOptions } from '../../../../../plugin/recommend/recommend-options.ts'
import { evidence, options } from './rule-builders.ts'

/** A container before its limit is computed. */
export interface Case {
  readonly values?: DeclaredContainer['values']
  readonly usage?: Partial<ContainerUsage>
  readonly from?: number
  readonly to?: number
  readonly days?: number
  readonly limits?: Partial<RecommendOptions['limits']>
}

/** Evidence of two whole weeks, with these settings of limits. */
export const evidenceOf = (limits: Partial<RecommendOptions['limits']> = {}) =>
  evidence({ limits: { ...options.limits, ...limits } })
