const mebibyte = 1024 ** 2

/** Rounds millicores up to a step: 1m below 100m, 5m below 500m, 10m above. Returns 10m at least. */
export function roundCpu(value: number): number {
  return Math.max(10, roundUp(value, cpuStep(value)))
}

const cpuStep = (value: number): number => (value < 100 ? 1 : value < 500 ? 5 : 10)

/** Rounds bytes up to a step: 1 MiB below 64 MiB, 4 MiB below 512 MiB, 16 MiB above. Returns 16 MiB at least. */
export function roundMemory(value: number): number {
  return Math.max(16 * mebibyte, roundUp(value, memoryStep(value)))
}

const memoryStep = (value: number): number =>
  value < 64 * mebibyte ? mebibyte : value < 512 * mebibyte ? 4 * mebibyte : 16 * mebibyte

/** Rounds to the nearest step: a value that is kept in proportion must not grow with each rounding. */
export function nearestRound(resource: 'cpu' | 'memory', value: number): number {
  const step = resource === 'cpu' ? cpuStep(value) : memoryStep(value)
  return Math.round(value / step) * step
}

// A floating-point error must not raise a value to the next step.
const roundUp = (value: number, step: number): number =>
  Math.ceil(Math.round(value * 1e6) / 1e6 / step) * step
