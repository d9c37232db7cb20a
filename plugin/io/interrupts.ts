const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const
const signals = Object.keys(exitCodes) as readonly (keyof typeof exitCodes)[]

const state = { isOn: false, held: 0 }
const onSignal = (signal: keyof typeof exitCodes): void => process.exit(exitCodes[signal])

/**
 * From now on, a signal ends this process. While something is held, the exit handlers run first, as soon as the event loop is
 * free; while nothing is, the system ends the process at once, also in the middle of a long computation.
 */
export function endOnSignals(): void {
  state.isOn = true
}

/** Leaves signals to a caller with handlers of its own. */
export function leaveSignals(): void {
  state.isOn = false
  for (const signal of signals) process.off(signal, onSignal)
}

/** Calls `use` while the exit handlers of this process have something to end or to remove. */
export async function heldForExit<T>(use: () => Promise<T>): Promise<T> {
  state.held += 1
  if (state.isOn && state.held === 1) for (const signal of signals) process.on(signal, onSignal)
  try {
    return await use()
  } finally {
    state.held -= 1
    if (state.held === 0) for (const signal of signals) process.off(signal, onSignal)
  }
}
