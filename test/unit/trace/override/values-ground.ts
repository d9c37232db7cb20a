import { deployment } from '../builders.ts'

/** A container that requests this CPU. */
export const requests = (cpu: string) => `resources:\n  requests:\n    cpu: ${cpu}`
/** The chart `web` with these values. */
export const chartOf = (values: string, cpu: string, more: Readonly<Record<string, string>> = {}) => ({
  'web/chart.yaml': '{}',
  'web/values.yaml': values,
  'web/template.yaml': deployment('web', requests(cpu)),
  ...more,
})
/** The chart `web`, whose values have the CPU at one key. */
export const simple = (more: Readonly<Record<string, string>> = {}) =>
  chartOf('cpu: 100m\n', '<% values.cpu %>', more)
