import type { ManifestField } from '../model/manifest.ts'
import type { FieldOrigin } from './dye/render-marked.ts'
import type { TracedSource } from './dye/trace-source.ts'

/** A field that no single scalar sets. */
export type Unresolved = Exclude<FieldOrigin, { readonly kind: 'scalar' }>

/** Whether a value is replaced only after the rendering. */
export const isPlaceholder = (value: string): boolean => /\$[{(]|\{\{/.test(value)

/** Why a field has no source line. */
export async function unresolvedReason(
  { unreadable, rendering: { rollouts = [] } }: TracedSource,
  { value }: ManifestField,
  origin: Unresolved = { kind: 'unknown' },
): Promise<string> {
  if (origin.kind === 'computed') {
    const { from } = origin
    return from === undefined
      ? 'a template computes this value; no single scalar sets it'
      : `a template computes this value from ${from.path.at(-1)}: ${from.text} at ${from.file}:${from.line}:${from.column}; change that scalar`
  }
  if (origin.late === true)
    return 'the source did not render in time with marker values, so the scalar that sets this value is not known; run again when the machine is less busy'
  if (isPlaceholder(value))
    return `${value} is a placeholder that is replaced after the rendering; change its value there`
  const differs = rollouts.findLast((one) => one.differs !== undefined)?.differs
  if (differs !== undefined) return `no scalar in Git sets this value: ${differs}; change it there`
  const [file] = await unreadable()
  return file === undefined
    ? 'no scalar in the files of this source sets this value'
    : `it may be set in a file that is not searched: ${file}`
}
