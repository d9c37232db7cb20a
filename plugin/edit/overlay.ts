import type { JsonPath } from '../model/json.ts'
import type { ManifestField } from '../model/manifest.ts'
import { fieldsOf, identify, slotIn } from '../model/manifest.ts'
import type { OverlaidWorkload, Overlay, OverlayValue } from '../model/overlay.ts'
import type { Site } from '../model/site.ts'
import type { Workload } from '../model/workload.ts'
import { workloadLabel } from '../model/workload.ts'
import type { WrittenManifest } from '../yaml/manifests.ts'
import { manifestsIn } from '../yaml/manifests.ts'
import type { YamlText } from '../yaml/open.ts'
import { openYaml } from '../yaml/open.ts'
import { planEdits } from './plan.ts'
import type { WantedEdit } from './wanted-edit.ts'

/** A rendering with recommended values applied, and warnings about those that could not be. */
export interface Overlaid {
  readonly text: string
  /** Number of values that have a place in the rendering, with those that it had already. */
  readonly applied: number
  readonly warnings: readonly string[]
}

/**
 * Applies recommended values to the text of a rendering. Only the characters of those values change, and only documents
 * with a workload of an overlay are parsed. Objects that name no namespace are in `namespace`, or match any without it.
 */
export function overlayText(text: string, overlays: readonly Overlay[], namespace?: string): Overlaid {
  const found = new Set<OverlayValue>()
  const warnings: string[] = []
  const parts = documentsIn(text).map((part) => {
    const near = overlays.filter(({ workload }) => part.includes(workload.name))
    if (near.length === 0) return part
    const opened = openYaml('', part)
    if (!opened.ok) {
      warnings.push(
        `a document with ${near.map(({ workload }) => workloadLabel(workload)).join(', ')} is skipped: ${opened.problem.message}`,
      )
      return part
    }
    return overlayDocument(opened.yaml, near, { namespace, found, warnings })
  })
  const missing = overlays.flatMap((one) => missingIn(one, found))
  return { text: parts.join(''), applied: found.size, warnings: [...warnings, ...missing] }
}

/** The documents of a stream with their separators, so that the joined texts are the stream again. */
const documentsIn = (text: string): readonly string[] => text.split(/^(?=---(?:\s|$))/m)

interface OverlayState {
  readonly namespace: string | undefined
  readonly found: Set<OverlayValue>
  readonly warnings: string[]
}

function overlayDocument(yaml: YamlText, overlays: readonly Overlay[], state: OverlayState): string {
  const wanted = manifestsIn(yaml).flatMap((manifest) =>
    overlays.flatMap((overlay) =>
      overlay.values.flatMap((value) => wantedIn({ yaml, manifest, overlay, value }, state)),
    ),
  )
  const { edits, refused } = planEdits(new Map([['', yaml.text]]), wanted)
  for (const { wanted: one, reason } of refused)
    state.warnings.push(
      `${workloadLabel(one.workload)} ${one.container ?? ''} ${one.field} is skipped: ${reason}`,
    )
  return edits[0]?.after ?? yaml.text
}

interface OverlayMatch {
  readonly yaml: YamlText
  readonly manifest: WrittenManifest
  readonly overlay: Overlay
  readonly value: OverlayValue
}

/** The edit that sets a value in an object; none when the object is another one or has no place for the value. */
function wantedIn(
  { yaml, manifest, overlay, value }: OverlayMatch,
  state: OverlayState,
): readonly WantedEdit[] {
  const { field, container, value: to } = value
  const isSought = (one: ManifestField): boolean =>
    isFor(one.workload, overlay.workload, state) && one.field === field && one.container === container
  const known = fieldsOf([manifest.object], unnamed).find(isSought)
  const address = { field, ...(container === undefined ? {} : { container }) }
  const owner = known?.workload ?? identify(manifest.object, unnamed)
  if (owner === undefined) return []
  const base = { workload: owner, ...address, to }
  if (known !== undefined) {
    state.found.add(value)
    return [{ ...base, site: siteAt(yaml, manifest, known.path), rendered: known.path }]
  }
  if (field.startsWith('hpa.') || !isFor(owner, overlay.workload, state)) return []
  const slot = slotIn(manifest.object, address)
  if (slot === undefined) return []
  state.found.add(value)
  return [
    {
      ...base,
      site: { kind: 'insert', ...placeless, document: manifest.document, path: [...manifest.path, ...slot] },
    },
  ]
}

/** Used as the namespace of objects that name none. */
const unnamed = ''
const placeless = { file: '', line: 1, column: 1 } as const

function isFor(
  workload: Workload,
  { apiVersion, kind, namespace, name }: OverlaidWorkload,
  state: OverlayState,
): boolean {
  const actual = workload.namespace === unnamed ? state.namespace : workload.namespace
  return (
    workload.kind === kind &&
    workload.name === name &&
    (namespace === undefined || actual === undefined || namespace === actual) &&
    (apiVersion === undefined || groupOf(apiVersion) === groupOf(workload.apiVersion))
  )
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''

/** The scalar at a path of an object in a text. */
function siteAt(yaml: YamlText, { document, path }: WrittenManifest, inner: JsonPath): Site {
  const full = [...path, ...inner]
  const node = yaml.documents[document]?.getIn(full, true) as
    | { readonly range?: readonly number[] }
    | undefined
  const [start = 0, end = 0] = node?.range ?? []
  return {
    kind: 'scalar',
    ...placeless,
    document,
    path: full,
    range: [start, end],
    text: yaml.text.slice(start, end),
  }
}

function missingIn({ file, workload, values }: Overlay, found: ReadonlySet<OverlayValue>): readonly string[] {
  const missing = values.filter((value) => !found.has(value))
  if (missing.length === 0) return []
  const named = missing.map(({ container, field }) => [container, field].filter(Boolean).join(' '))
  const what = missing.length === values.length ? 'the values' : named.join(', ')
  return [`${file}: this rendering has no place for ${what} of ${workloadLabel(workload)}`]
}
