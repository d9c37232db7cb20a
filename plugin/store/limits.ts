import type { UnpackLimits } from '../io/unpack.ts'

/** Limits of what is fetched. */
export interface StoreLimits extends UnpackLimits {
  /** Bytes of one download. */
  readonly downloadBytes: number
  /** Milliseconds for one download. */
  readonly timeoutMs: number
}
