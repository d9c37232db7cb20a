import { z } from 'zod'
import type { FieldAddress } from '../model/field.ts'
import { autoscalerFields, containerFields, isContainerField } from '../model/field.ts'
import type { Overlay, OverlayValue } from '../model/overlay.ts'
import { stop } from '../model/problem.ts'
import { valueProblem } from '../model/value.ts'

const name = z.string().min(1).max(253)

const valueSchema = z
  .strictObject({
    container: name
      .optional()
      .describe('The container; left out for the autoscaler, unless its metric names one.'),
    field: z.enum([...containerFields, ...autoscalerFields]).describe('What is set.'),
    value: z.string().describe('The value as Kubernetes or Go writes it.'),
  })
  .superRefine(({ field, value, container }, context) => {
    const problem = valueProblem(field, value)
    if (problem !== undefined) context.addIssue({ code: 'custom', path: ['value'], message: problem })
    if (isContainerField(field) && container === undefined)
      context.addIssue({ code: 'custom', path: ['container'], message: 'is needed for this field' })
  })

const overlaySchema = z
  .strictObject({
    $schema: z.string().optional().describe('Where this schema is published; for editors.'),
    version: z.literal(1).describe('Version of this format.'),
    workload: z
      .strictObject({
        apiVersion: z.string().optional().describe('When given, its group must match.'),
        kind: name.describe('`Deployment`, `StatefulSet`, `Rollout` …'),
        namespace: name.optional().describe('When given, it must match.'),
        name: name.describe('Its name as rendered.'),
      })
      .describe('The workload whose rendering takes the values.'),
    values: z.array(valueSchema).describe('What to set in it and in its autoscaler.'),
  })
  .describe('Recommendations of GitOps Tortoise for one workload, laid over its rendering.')

/** The JSON Schema of the files in `.tortoise`, for editors. */
export const overlayJsonSchema = (): object => z.toJSONSchema(overlaySchema, { io: 'input' })

/** Reads a file of `.tortoise`; stops with what is wrong in it. */
export function parseOverlay(file: string, text: string): Overlay {
  const parsed = overlaySchema.safeParse(parseJson(file, text))
  if (parsed.success) return { file, workload: parsed.data.workload, values: parsed.data.values }
  const [issue] = parsed.error.issues
  throw stop(
    'overlay.invalid',
    `${issue?.path.join('.') || 'recommendations'}: ${issue?.message ?? 'not valid'}`,
    {
      place: { file },
      hint: 'Correct it as config/overlay.schema.json says, or delete it: the next run writes it again.',
    },
  )
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw stop('overlay.invalid', `not JSON: ${message}`, {
      place: { file },
      hint: 'Correct it, or delete it: the next run writes it again.',
      cause,
    })
  }
}

/**
 * The text of a file of recommendations with one more value in it; an empty text begins the file. It is ours alone,
 * so it is printed anew, its values in one order. Nothing when the text is not one of ours.
 */
export function setInOverlay(
  text: string,
  { workload, container, field }: FieldAddress,
  to: string,
): string | undefined {
  const known = text === '' ? undefined : overlaySchema.safeParse(parseJson('', text)).data
  if (text !== '' && known === undefined) return undefined
  const { apiVersion, kind, namespace, name } = workload
  const value: OverlayValue = { ...(container === undefined ? {} : { container }), field, value: to }
  const others = (known?.values ?? []).filter((one) => one.container !== container || one.field !== field)
  const file = {
    version: 1,
    // Where no namespace is told, the workload is meant wherever its source is rolled out to.
    workload: known?.workload ?? {
      apiVersion,
      kind,
      ...(namespace === 'default' ? {} : { namespace }),
      name,
    },
    values: [...others, value].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

const fieldOrder: readonly string[] = [...containerFields, ...autoscalerFields]

const orderOf = ({ container = '', field }: OverlayValue): string =>
  `${field.startsWith('hpa.') ? 1 : 0} ${container} ${fieldOrder.indexOf(field)}`
