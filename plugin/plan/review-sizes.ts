import type { ContainerField, FieldAddress } from '../model/field.ts'
import { fieldKey, fieldLabel } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { ContainerUsage, Observation } from '../model/observation.ts'
import { bytes, formatCpu, formatMemory, millicores } from '../model/quantity.ts'
import { cpuScale, percentile } from '../model/sketch.ts'
import type { Rendering } from '../model/source.ts'
import { namespaceOf } from '../model/source.ts'
import { type Markdown, markdown } from '../model/text/markdown.ts'
import { readValue } from '../model/value.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'

/** A size in a pull request that contradicts the usage data. */
export interface Objection extends FieldAddress {
  readonly source: string
  readonly from: string
  readonly to: string
  /** The problem with its figures, as the end of a sentence that begins with the value. */
  readonly text: string
}

/** The renderings of a source before and after a pull request. */
export interface RenderedPair {
  readonly before: Rendering
  readonly after: Rendering
}

/** A request above so many times the usage is reported. */
const maxOversize = 3
/** A change of the scale point by at least this factor is reported. */
const reportedFactor = 1.5

/** Returns the objections to the sizes that differ between the renderings. Unchanged sizes are not evaluated. */
export function findObjections(
  pairs: readonly RenderedPair[],
  observations: readonly Observation[],
): readonly Objection[] {
  return pairs.flatMap((pair) => {
    const [before, after] = [fieldsIn(pair.before), fieldsIn(pair.after)]
    const known = observations.filter(({ cluster }) => cluster === (pair.after.source.cluster ?? cluster))
    return [...after.values()].flatMap((field): readonly Objection[] => {
      const from = before.get(fieldKey(field))?.value
      if (from === field.value) return []
      const observation = known.find(({ workload }) => workloadKey(workload) === workloadKey(field.workload))
      const text = objectionTo(field, { from, before, after, observation })
      if (text === undefined) return []
      const { workload, container, field: name, value } = field
      const address = { workload, ...(container === undefined ? {} : { container }), field: name }
      return [{ ...address, source: pair.after.source.id, from: from ?? 'unset', to: value, text }]
    })
  })
}

type Fields = ReadonlyMap<string, ManifestField>

const fieldsIn = ({ source, objects }: Rendering): Fields =>
  new Map(fieldsOf(objects, namespaceOf(source)).map((field) => [fieldKey(field), field]))

interface Context {
  readonly from: string | undefined
  readonly before: Fields
  readonly after: Fields
  readonly observation: Observation | undefined
}

function objectionTo(field: ManifestField, context: Context): string | undefined {
  if (field.field === 'hpa.target.cpu') return objectionToScalePoint(field, context)
  const usage = context.observation?.containers.find(({ container }) => container === field.container)
  const to = readValue(field.field, field.value)
  const byUsage =
    usage === undefined || to === undefined ? undefined : objectionByUsage(field.field, to, usage)
  if (byUsage !== undefined || field.field !== 'requests.cpu') return byUsage
  return objectionToScalePoint(field, context)
}

const times = (ratio: number): string =>
  ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1).replace(/\.0$/, '')
const cpu = (value: number): string => formatCpu(millicores(Math.round(value)))
const memory = (value: number): string => formatMemory(bytes(value))

/** Compares a size with the usage of its container. */
function objectionByUsage(
  field: ManifestField['field'],
  to: number,
  { cpu: cpuUsage, memory: memoryUsage }: ContainerUsage,
): string | undefined {
  switch (field as ContainerField) {
    case 'requests.cpu': {
      if (cpuUsage === undefined) return undefined
      const [p95, p99] = [
        percentile(cpuUsage.sketch, cpuScale, 0.95),
        percentile(cpuUsage.sketch, cpuScale, 0.99),
      ]
      if (to < p95) return `is below the p95 of its usage, ${cpu(p95)}`
      return to > maxOversize * p99 ? `is ${times(to / p99)} × the p99 of its usage, ${cpu(p99)}` : undefined
    }
    case 'limits.cpu': {
      const p99 = cpuUsage && percentile(cpuUsage.sketch, cpuScale, 0.99)
      return p99 !== undefined && to < p99
        ? `would throttle it: the p99 of its usage is ${cpu(p99)}`
        : undefined
    }
    case 'requests.memory':
      if (memoryUsage === undefined) return undefined
      if (to < memoryUsage.peak) return `is below its peak usage, ${memory(memoryUsage.peak)}`
      return to > maxOversize * memoryUsage.peak
        ? `is ${times(to / memoryUsage.peak)} × its peak usage, ${memory(memoryUsage.peak)}`
        : undefined
    case 'limits.memory':
      return memoryUsage !== undefined && to < memoryUsage.peak
        ? `would get it OOM-killed: its peak usage is ${memory(memoryUsage.peak)}`
        : undefined
    default:
      return undefined
  }
}

/** An HPA adds pods at request × target. A change of only one of them moves that scale point. */
function objectionToScalePoint(field: ManifestField, { before, after }: Context): string | undefined {
  const [was, is] = [scalePoint(field, before), scalePoint(field, after)]
  if (was === undefined || is === undefined || (was / is < reportedFactor && is / was < reportedFactor))
    return undefined
  const effect =
    is < was
      ? was / is > 1.9 && was / is < 2.1
        ? 'halves'
        : `divides by ${times(was / is)}`
      : is / was > 1.9 && is / was < 2.1
        ? 'doubles'
        : `multiplies by ${times(is / was)}`
  return `${effect} the usage at which the HPA adds pods, from ${cpu(was)} to ${cpu(is)} per pod`
}

function scalePoint({ workload }: ManifestField, fields: Fields): number | undefined {
  const own = [...fields.values()].filter((one) => workloadKey(one.workload) === workloadKey(workload))
  const target = own.find(({ field }) => field === 'hpa.target.cpu')
  const counted = own.filter(
    ({ field, container }) => field === 'requests.cpu' && (target?.container ?? container) === container,
  )
  const requests = counted.map(({ field, value }) => readValue(field, value) ?? 0)
  const share = target === undefined ? Number.NaN : Number(target.value) / 100
  const point = requests.reduce((sum, one) => sum + one, 0) * share
  return point > 0 ? point : undefined
}

/** Returns the comment on the pull request. */
export function reviewComment(objections: readonly Objection[]): Markdown {
  if (objections.length === 0) return markdown`The sizes in this pull request agree with the usage data.`
  const rows = objections.map(
    (one) =>
      markdown`| ${workloadLabel(one.workload)} | ${fieldLabel(one)} | ${one.from} → ${one.to} | ${one.to} ${one.text} |`,
  )
  return markdown`Some sizes in this pull request do not agree with the usage data of the cluster:

| Workload | Field | Change | Problem |
| --- | --- | --- | --- |
${markdown.join(rows, '\n')}

This comment blocks nothing. Run \`tortoise explain\` to see the evidence.`
}
