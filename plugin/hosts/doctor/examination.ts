import type { ClusterSettings, Settings } from '../../../config/schema.ts'
import type { Checkout } from '../../run/checkout.ts'

/** What to check. */
export interface Examination {
  readonly checkout: Checkout
  readonly settings: Settings
  readonly clusters: readonly ClusterSettings[]
  readonly to: Date
  /** Days of usage to read. */
  readonly days: number
}
