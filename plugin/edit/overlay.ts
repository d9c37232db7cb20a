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
import type { WantedEdit } from './plan.ts'
import { planEdits } from './plan.ts'

/** A rendering with values laid over it, and what could not be. */
export interface Overlaid {
  readonly text: string
  /** How many values were found in the rendering, those that were right already included. */
  readonly applied: number
  readonly warnings: readonly string[]
}

/**
 * Lays values over the text of a rendering. Only the characters of those values change; a document that no overlay
 * is about is not even parsed. Objects that name no namespace are taken to be in `namespace`, or in any if it is not known.
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
        `a document with ${near.map(({ workload }) => workloadLabel(workload)).join(', ')} is left alone: ${opened.problem.message}`,
      )
      return part
    }
    return overlayDocument(opened.yaml, near, { namespace, found, warnings })
  })
  const missing = overlays.flatMap((one) => missingIn(one, found))
  return { text: parts.join(''), applied: found.size, warnings: [...warnings, ...missing] }
}

/** The documents of a stream with their separators: joined, they are the stream. */
const documentsIn = (text: string): readonly string[] => text.split(/^(?=---(?:\s|$))/m)

interface Tally {
  readonly namespace: string | undefined
  readonly found: Set<OverlayValue>
  readonly warnings: string[]
}

function overlayDocument(yaml: YamlText, overlays: readonly Overlay[], tally: Tally): string {
  const wanted = manifestsIn(yaml).flatMap((manifest) =>
    overlays.flatMap((overlay) =>
      overlay.values.flatMap((value) => wantedIn({ yaml, manifest, overlay, value }, tally)),
    ),
  )
  const { edits, refused } = planEdits(new Map([['', yaml.text]]), wanted)
  for (const { wanted: one, reason } of refused)
    tally.warnings.push(
      `${workloadLabel(one.workload)} ${one.container ?? ''} ${one.field} is left alone: ${reason}`,
    )
  return edits[0]?.after ?? yaml.text
}

interface Meeting {
  readonly yaml: YamlText
  readonly manifest: WrittenManifest
  readonly overlay: Overlay
  readonly value: OverlayValue
}

/** The edit that gives a value to an object, if the object is the one meant and has a place for it. */
function wantedIn({ yaml, manifest, overlay, value }: Meeting, tally: Tally): readonly WantedEdit[] {
  const { field, container, value: to } = value
  const stands = (one: ManifestField): boolean =>
    isMeant(one.workload, overlay.workload, tally) && one.field === field && one.container === container
  const known = fieldsOf([manifest.object], unnamed).find(stands)
  const address = { field, ...(container === undefined ? {} : { container }) }
  const owner = known?.workload ?? identify(manifest.object, unnamed)
  if (owner === undefined) return []
  const base = { workload: owner, ...address, to }
  if (known !== undefined) {
    tally.found.add(value)
    return [{ ...base, site: siteAt(yaml, manifest, known.path), rendered: known.path }]
  }
  if (field.startsWith('hpa.') || !isMeant(owner, overlay.workload, tally)) return []
  const slot = slotIn(manifest.object, address)
  if (slot === undefined) return []
  tally.found.add(value)
  return [
    {
      ...base,
      site: { kind: 'insert', ...placeless, document: manifest.document, path: [...manifest.path, ...slot] },
    },
  ]
}

/** Stands for the namespace of an object that names none. */
const unnamed = ''
const placeless = { file: '', line: 1, column: 1 } as const

function isMeant(
  workload: Workload,
  { apiVersion, kind, namespace, name }: OverlaidWorkload,
  tally: Tally,
): boolean {
  const actual = workload.namespace === unnamed ? tally.namespace : workload.namespace
  return (
    workload.kind === kind &&
    workload.name === name &&
    (namespace === undefined || actual === undefined || namespace === actual) &&
    (apiVersion === undefined || groupOf(apiVersion) === groupOf(workload.apiVersion))
  )
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : ''

/** The scalar at a path of an object in the text. */
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
  const what =
    missing.length === values.length
      ? 'nothing'
      : `no ${missing.map(({ container, field }) => [container, field].filter(Boolean).join(' ')).join(', ')}`
  return [`${file}: ${what} of ${workloadLabel(workload)} is in this rendering to be set`]
}
