import { deployment } from './builders.ts'

/** A container that requests this CPU. */
export const requests = (cpu: string) => `resources:\n  requests:\n    cpu: ${cpu}`
/** The chart `web`, whose template takes the CPU from its values. */
export const chartFiles = {
  'web/chart.yaml': '{}',
  'web/template.yaml': deployment('web', requests('<% values.cpu %>')),
}
/** The field that the tests trace. */
export const web = 'web app requests.cpu'
