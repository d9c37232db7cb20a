/** What long work tells its listeners. Terminal, Actions log and NDJSON are listeners. */
export type ProgressEvent =
  | { readonly kind: 'stage'; readonly stage: string; readonly detail?: string }
  | { readonly kind: 'step'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly kind: 'note'; readonly message: string }
  | { readonly kind: 'warning'; readonly message: string }

/** Receives progress; must not throw. */
export type Progress = (event: ProgressEvent) => void
