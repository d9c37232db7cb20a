import type { Workload } from './workload.ts'

/** Fields of one container of a workload. */
export const containerFields = [
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
  'env.GOMAXPROCS',
  'env.GOMEMLIMIT',
] as const

/** Fields of the autoscaler of a workload that hold one number. */
export const autoscalerFields = [
  'hpa.minReplicas',
  'hpa.maxReplicas',
  'hpa.target.cpu',
  'hpa.target.memory',
] as const

/** The cron triggers that Tortoise writes into a ScaledObject of KEDA: a schedule of several windows. */
export const scheduleField = 'hpa.cron'

export type ContainerField = (typeof containerFields)[number]
export type AutoscalerField = (typeof autoscalerFields)[number] | typeof scheduleField
/** The name of a value on a workload or its autoscaler. */
export type Field = ContainerField | AutoscalerField

const allFields: readonly string[] = [...containerFields, ...autoscalerFields, scheduleField]

/** True when a text is the name of a field. */
export const isField = (text: string): text is Field => allFields.includes(text)
/** True for the fields that live in a container. */
export const isContainerField = (field: Field): field is ContainerField => !field.startsWith('hpa.')

/**
 * The kind of number that a field holds, which determines how values are compared and printed. A schedule is the text of its windows;
 * its number is its pods × hours a week.
 */
export type FieldUnit = 'cpu' | 'memory' | 'count' | 'go-memory' | 'schedule'

/** The unit of a field's value. */
export function fieldUnit(field: Field): FieldUnit {
  switch (field) {
    case 'requests.cpu':
    case 'limits.cpu':
      return 'cpu'
    case 'requests.memory':
    case 'limits.memory':
    case 'requests.ephemeral-storage':
    case 'limits.ephemeral-storage':
      return 'memory'
    case 'env.GOMEMLIMIT':
      return 'go-memory'
    case 'env.GOMAXPROCS':
    case 'hpa.minReplicas':
    case 'hpa.maxReplicas':
    case 'hpa.target.cpu':
    case 'hpa.target.memory':
      return 'count'
    case scheduleField:
      return 'schedule'
    default:
      return field satisfies never
  }
}

/** The address of one field of one workload, in recommendations, traces and proofs. */
export interface FieldAddress {
  readonly workload: Workload
  /** Left out for autoscaler fields, unless a ContainerResource metric names a container. */
  readonly container?: string
  readonly field: Field
}

/** The key of a field, unique inside one source. */
export const fieldKey = ({ workload, container, field }: FieldAddress): string =>
  [workload.namespace, workload.kind, workload.name, container ?? '', field].join('/')

/** The key of a field in its source, unique inside one repository. */
export const sourceFieldKey = (one: FieldAddress & { readonly source: string }): string =>
  `${one.source}\0${fieldKey(one)}`

/** `container field`, the short form for tables and messages. */
export const fieldLabel = ({ container, field }: Pick<FieldAddress, 'container' | 'field'>): string =>
  container === undefined ? field : `${container} ${field}`
