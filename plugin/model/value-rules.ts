/** What the JSON schema of a chart allows as the value of one of its keys: numbers of a form, or a few values. */
export type ValueRules = NumberRules | ListedValues

/** Only numbers are allowed. */
export interface NumberRules {
  /** The key in the chart's values, joined by dots; printed. */
  readonly key: string
  /** The number must be a multiple of this: 1 for whole numbers, 0 where any number is allowed. */
  readonly step: number
  readonly minimum?: number
  readonly maximum?: number
}

/** Only these values are allowed. */
export interface ListedValues {
  /** The key in the chart's values, joined by dots; printed. */
  readonly key: string
  readonly oneOf: readonly (string | number)[]
}
