import type { Profile } from '../../profile.ts'
import { goMaxProcs, goMemoryLimit } from './go-runtime.ts'
import { jointCpu } from './horizontal.ts'
import { limit } from './limits.ts'
import { replicaBounds } from './replica-bounds.ts'
import { cpuRequest, memoryRequest } from './vertical.ts'

/** The default: what is worth its price, up at once, down slowly and rarely, requests and targets together. */
export const steady: Profile = {
  accepted: ({ cpuPercentile }) => 1 - cpuPercentile / 100,
  cpuRequest,
  memoryRequest,
  scaled: jointCpu,
  replicas: replicaBounds,
  limit,
  goMaxProcs,
  goMemoryLimit,
}
