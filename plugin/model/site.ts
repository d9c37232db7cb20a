import type { FieldAddress } from './field.ts'
import type { JsonPath } from './json.ts'
import type { Workload } from './workload.ts'

/** Keys and list positions in a YAML document; `|` steps into a block of text that is itself YAML. */
export type YamlPath = readonly (string | number)[]

interface SiteBase {
  /** Path in the repository. */
  readonly file: string
  /** Both start at 1; columns count UTF-16 units. */
  readonly line: number
  readonly column: number
  /** Position of the document in its file. */
  readonly document: number
  readonly path: YamlPath
}

/** A scalar that decides a field today. */
export interface ScalarSite extends SiteBase {
  readonly kind: 'scalar'
  /** Offsets of the scalar's own characters in the file's text, quotes included. */
  readonly range: readonly [start: number, end: number]
  /** The characters in that range. */
  readonly text: string
  /** What the source puts round the scalar on the way to the field: `Mi` when a template writes `{{ .memory }}Mi`. */
  readonly affix?: { readonly before: string; readonly after: string }
}

/** A path that can be created: the mapping exists (or can be), the key does not. */
export interface InsertSite extends SiteBase {
  readonly kind: 'insert'
}

/** A patch that can be added to a list of patches: a kustomization's, or that of the object that declares its roll-out. */
export interface PatchSite extends SiteBase {
  readonly kind: 'patch'
  /** The object to patch, by the name it has in the layer below. */
  readonly target: Workload
  /** For a container's field: its list in the pod template and the names in it, in order. */
  readonly containers?: ContainerList
  /** For what cannot be merged by name: where the field stands in the rendered object, and how many of the steps exist. */
  readonly pointer?: { readonly path: JsonPath; readonly present: number }
}

/** A list of containers as rendered. */
export interface ContainerList {
  readonly list: string
  readonly names: readonly string[]
}

/** The place in Git that decides a field, or where it can be made to. */
export type Site = ScalarSite | InsertSite | PatchSite

/** How far an edit of a site reaches. */
export interface Reach {
  /** Ids of the sources in which the site surfaces. */
  readonly sources: readonly string[]
  /** How many containers (or autoscalers) take a value from it, over all sources. */
  readonly containers: number
}

/** The answer for one field: what decides it, where an override would go, and which of the two to use. */
export interface Trace extends FieldAddress {
  /** The id of the source traced. */
  readonly source: string
  /** The value in the rendering. */
  readonly value: string
  /** The autoscaler object that holds an `hpa.*` field. */
  readonly autoscaler?: Workload
  readonly site: Site | null
  readonly reach: Reach
  /** Where an override for this source alone would go. */
  readonly override: Site | null
  readonly chosen: 'site' | 'override' | null
  /** Why nothing was chosen, or why the override was. */
  readonly reason?: string
  /** Scalars at the same keys that were considered and do not decide it. */
  readonly considered?: readonly ConsideredLayer[]
  /** Other fields that the site also decides, in any source. */
  readonly sharedWith: readonly SharedField[]
}

/** A scalar at the same keys as a site, in a layer that loses against it. */
export interface ConsideredLayer {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
  readonly why: string
}

/** A field elsewhere that the same site decides. */
export interface SharedField extends FieldAddress {
  readonly source: string
}
