/** The response of a handler. */
export interface Answer {
  readonly status: number
  readonly data: unknown
  readonly headers?: Readonly<Record<string, string>>
}
