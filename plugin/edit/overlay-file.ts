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
      .describe('The container; omitted for the autoscaler, unless its metric names one.'),
    field: z.enum([...containerFields, ...autoscalerFields]).describe('The field to set.'),
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
    $schema: z.string().optional().describe('URL of this schema, for editors.'),
    version: z.literal(1).describe('Version of this format.'),
    workload: z
      .strictObject({
        apiVersion: z.string().optional().describe('If given, the group of the workload must match.'),
        kind: name.describe('`Deployment`, `StatefulSet`, `Rollout` …'),
        namespace: name.optional().describe('If given, it must match.'),
        name: name.describe('Its name as rendered.'),
      })
      .describe('The workload that gets the values.'),
    values: z.array(valueSchema).describe('The values to set in the workload and in its autoscaler.'),
  })
  .describe('Recommendations of GitOps Tortoise for one workload, applied to its rendering.')

/** The JSON Schema of the files in `.tortoise`, for editors. */
export const overlayJsonSchema = (): object => z.toJSONSchema(overlaySchema, { io: 'input' })

/** Reads a file of `.tortoise`. Throws `overlay.invalid` with the first thing that is wrong. */
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
    throw stop('overlay.invalid', 'the file is not JSON', {
      place: { file },
      hint: 'Correct it, or delete it: the next run writes it again.',
      cause,
    })
  }
}

/**
 * The text of a file of recommendations with one more value, its values in a fixed order; an empty text starts a new file.
 * Only Tortoise writes such files, so the whole file is printed. `undefined` when the text is not a file of recommendations.
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
    // Without a namespace, the file is for the workload in whatever namespace its source is deployed to.
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
