import type { Profile } from '../../profile.ts'
import { goMaxProcs, goMemoryLimit } from './go-runtime.ts'
import { jointCpu } from './horizontal.ts'
import { limit } from './limits.ts'
import { memoryRequest } from './memory.ts'
import { replicaBounds } from './replica-bounds.ts'
import { cpuRequest } from './vertical.ts'

/** The default profile: sizes CPU by cost against time above the request, raises at once, lowers slowly, and moves requests and targets together. */
export const steady: Profile = {
  acceptedTimeAbove: ({ cpuPercentile }) => 1 - cpuPercentile / 100,
  cpuRequest,
  memoryRequest,
  scaledCpu: jointCpu,
  replicas: replicaBounds,
  limit,
  goMaxProcs,
  goMemoryLimit,
}
