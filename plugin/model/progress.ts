/** An event of a long operation. The terminal, the Actions log and NDJSON output are listeners. */
export type ProgressEvent =
  | { readonly kind: 'stage'; readonly stage: string; readonly detail?: string }
  | { readonly kind: 'step'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string }

/** Receives progress events; must not throw. */
export type Progress = (event: ProgressEvent) => void
