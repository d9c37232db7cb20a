/** Shows what a program printed that failed. It may hold anything, values of Secrets among it. */
export type ShowFailure = (outcome: { readonly command: string; readonly stderr: string }) => void

let show: ShowFailure | undefined

/**
 * From now on `shown` gets what each failing program of this process prints to stderr. Without it that text goes nowhere
 * but to the caller of the program, which keeps no more of it than its class and place.
 */
export function showFailures(shown: ShowFailure): void {
  show = shown
}

/** Whether failures are shown, so that a program must run to fail. */
export const failuresAreShown = (): boolean => show !== undefined

/** Reports a program that failed. */
export const reportFailure: ShowFailure = (outcome) => show?.(outcome)
