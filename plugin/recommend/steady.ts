import type { Profile } from './profile.ts'
import { replicaBounds } from './replicas.ts'
import { goMaxProcs, goMemoryLimit } from './steady/golang.ts'
import { jointCpu } from './steady/horizontal.ts'
import { limit } from './steady/limits.ts'
import { cpuRequest, memoryRequest } from './steady/vertical.ts'

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
