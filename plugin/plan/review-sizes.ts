import type { ContainerField, FieldAddress } from '../model/field.ts'
import { fieldKey, fieldLabel } from '../model/field.ts'
import type { ManifestField } from '../model/manifest.ts'
import { fieldsOf } from '../model/manifest.ts'
import type { ContainerUsage, Observation } from '../model/observation.ts'
import { bytes, formatCpu, formatMemory, millicores } from '../model/quantity.ts'
import { cpuScale, percentile } from '../model/sketch.ts'
import type { Rendering } from '../model/source.ts'
import { readValue } from '../model/value.ts'
import { workloadKey, workloadLabel } from '../model/workload.ts'
import { namespaceOf } from '../trace/dye/trace-source.ts'

/** A value that a person changed against what was seen. */
export interface Objection extends FieldAddress {
  readonly source: string
  readonly from: string
  readonly to: string
  /** What speaks against it, with its figures, as the rest of a sentence. */
  readonly text: string
}

/** Both renderings of a source. */
export interface RenderedPair {
  readonly before: Rendering
  readonly after: Rendering
}

/** How many times what is used a request may be before it is spoken of. */
const generous = 3
/** How far a scale point may move, as a factor, before it is spoken of. */
const farMove = 1.5

/** Objections to the sizes that differ between renderings. What did not change is not judged: it is another's business. */
export function findObjections(
  pairs: readonly RenderedPair[],
  observations: readonly Observation[],
): readonly Objection[] {
  return pairs.flatMap((pair) => {
    const [before, after] = [fieldsIn(pair.before), fieldsIn(pair.after)]
    const seen = observations.filter(({ cluster }) => cluster === (pair.after.source.cluster ?? cluster))
    return [...after.values()].flatMap((field): readonly Objection[] => {
      const from = before.get(fieldKey(field))?.value
      if (from === field.value) return []
      const observation = seen.find(({ workload }) => workloadKey(workload) === workloadKey(field.workload))
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
  if (field.field === 'hpa.target.cpu') return scalePointMoved(field, context)
  const used = context.observation?.containers.find(({ container }) => container === field.container)
  const to = readValue(field.field, field.value)
  const byUse = used === undefined || to === undefined ? undefined : objectionByUse(field.field, to, used)
  if (byUse !== undefined || field.field !== 'requests.cpu') return byUse
  return scalePointMoved(field, context)
}

const times = (ratio: number): string =>
  ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1).replace(/\.0$/, '')
const cpu = (value: number): string => formatCpu(millicores(Math.round(value)))
const memory = (value: number): string => formatMemory(bytes(value))

/** Compares a size with the usage of its container. */
function objectionByUse(field: ManifestField['field'], to: number, used: ContainerUsage): string | undefined {
  switch (field as ContainerField) {
    case 'requests.cpu': {
      if (used.cpu === undefined) return undefined
      const [p95, p99] = [
        percentile(used.cpu.sketch, cpuScale, 0.95),
        percentile(used.cpu.sketch, cpuScale, 0.99),
      ]
      if (to < p95) return `is less than the ${cpu(p95)} it uses at p95`
      return to > generous * p99 ? `is ${times(to / p99)} × the p99 of its usage, ${cpu(p99)}` : undefined
    }
    case 'limits.cpu': {
      const p99 = used.cpu && percentile(used.cpu.sketch, cpuScale, 0.99)
      return p99 !== undefined && to < p99 ? `would hold it back: it uses ${cpu(p99)} at p99` : undefined
    }
    case 'requests.memory':
      if (used.memory === undefined) return undefined
      if (to < used.memory.peak) return `is less than its peak, ${memory(used.memory.peak)}`
      return to > generous * used.memory.peak
        ? `is ${times(to / used.memory.peak)} × its peak, ${memory(used.memory.peak)}`
        : undefined
    case 'limits.memory':
      return used.memory !== undefined && to < used.memory.peak
        ? `would have it killed: its peak is ${memory(used.memory.peak)}`
        : undefined
    default:
      return undefined
  }
}

/** An HPA scales at request × target: a change of either alone moves that point. */
function scalePointMoved(field: ManifestField, { before, after }: Context): string | undefined {
  const [was, is] = [scalePoint(field, before), scalePoint(field, after)]
  if (was === undefined || is === undefined || (was / is < farMove && is / was < farMove)) return undefined
  const how =
    is < was
      ? was / is > 1.9 && was / is < 2.1
        ? 'halves'
        : `divides by ${times(was / is)}`
      : is / was > 1.9 && is / was < 2.1
        ? 'doubles'
        : `multiplies by ${times(is / was)}`
  return `${how} the usage at which the HPA adds pods: ${cpu(was)} a pod becomes ${cpu(is)}`
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

/** What is written under a pull request, as Markdown. */
export function reviewComment(objections: readonly Objection[]): string {
  if (objections.length === 0) return 'The sizes in this pull request agree with what was seen.'
  const rows = objections.map(
    (one) =>
      `| ${workloadLabel(one.workload)} | ${fieldLabel(one)} | ${one.from} → ${one.to} | ${one.to} ${one.text} |`,
  )
  return [
    'Some sizes in this pull request do not agree with what was seen in the cluster:',
    '',
    '| Workload | Field | Change | What speaks against it |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    'Nothing is blocked by this. `tortoise explain` shows the evidence.',
  ].join('\n')
}
