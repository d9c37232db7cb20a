import type { FieldAddress } from './field.ts'
import type { JsonPath } from './json.ts'
import type { ValueRules } from './value-rules.ts'
import type { Workload } from './workload.ts'

/** Keys and list positions in a YAML document; `|` is a step into a block of text that is itself YAML. */
export type YamlPath = readonly (string | number)[]

interface SiteBase {
  /** Path in the repository. */
  readonly file: string
  /** Line and column start at 1; columns count UTF-16 units. */
  readonly line: number
  readonly column: number
  /** Position of the document in its file. */
  readonly document: number
  readonly path: YamlPath
}

/** A source line: the scalar that sets a field. */
export interface ScalarSite extends SiteBase {
  readonly kind: 'scalar'
  /** Offsets of the scalar's own characters in the file's text, quotes included. */
  readonly range: readonly [start: number, end: number]
  /** The characters in that range. */
  readonly text: string
  readonly affix?: Affix
}

/** What a source adds before and after a scalar: `Mi` when a template writes `{{ .memory }}Mi`. */
export interface Affix {
  readonly before: string
  readonly after: string
}

/** A path that can be created: its last key does not exist yet. */
export interface InsertSite extends SiteBase {
  readonly kind: 'insert'
  /** What must be written beside it where it is not yet, since the source drops it as soon as the path exists. */
  readonly companions?: readonly WrittenValue[]
  /** What the source adds to the value that is written. */
  readonly affix?: Affix
  /** For a value in a list that is copied whole: the text of the list around the value, and where the value is in it. */
  readonly copied?: CopiedList
}

/** A list as it is written elsewhere, without indentation, in two parts: the value goes between them. */
export interface CopiedList {
  readonly before: string
  readonly after: string
  /** The path of the value from the list. */
  readonly inner: YamlPath
  readonly items: number
}

/** A scalar as it is written in YAML, at a path of the same document, or of the object that a patch is for. */
export interface WrittenValue {
  readonly path: YamlPath
  readonly value: string
}

/** A patch that can be added to a list of patches, in a kustomization or in the object that declares the source. */
export interface PatchSite extends SiteBase {
  readonly kind: 'patch'
  /** The object to patch, with its name in the layer below. */
  readonly target: Workload
  /** The namespace that its manifest writes, by which a patch without a target must name it too. */
  readonly namespace?: string
  /** For a container's field: its list in the pod template and the names in it, in order. */
  readonly containers?: ContainerList
  /** For a field that cannot be merged by name: its path in the rendered object, and how many steps of it exist. */
  readonly pointer?: Pointer
  /** For a value of the object itself: the path of its keys. */
  readonly merge?: readonly string[]
  /** As for a path that is created. */
  readonly companions?: readonly WrittenValue[]
  readonly affix?: Affix
  /** The patch is an item of a list that another object has, to which it is added by a patch of that object. */
  readonly inside?: ListOfObject
}

/** A path in a rendered object, and how many of its steps exist. */
export interface Pointer {
  readonly path: JsonPath
  readonly present: number
}

/** A list in an object. */
export interface ListOfObject extends Pointer {
  readonly object: Workload
  /** The namespace that its manifest writes. */
  readonly namespace?: string
}

/** A list of containers as rendered. */
export interface ContainerList {
  readonly list: string
  readonly names: readonly string[]
}

/** A list of triggers, in which cron triggers are added, changed and removed. */
export interface ListSite extends SiteBase {
  readonly kind: 'list'
  /** The items are operations of a JSON patch, each with a trigger as its value. */
  readonly operations?: true
  /** The paths of the triggers in it that Tortoise wrote. */
  readonly triggers: readonly YamlPath[]
}

/** A place in Git that sets a field, or that can set it. */
export type Site = ScalarSite | InsertSite | PatchSite | ListSite

/** What an edit of a source line changes. */
export interface Reach {
  /** Ids of the sources with a field that takes its value from it. */
  readonly sources: readonly string[]
  /** Number of containers and autoscalers that take a value from it, over all sources. */
  readonly containers: number
}

/** Where one field is set: its source line, where an override would go, and which of the two to edit. */
export interface Trace extends FieldAddress {
  /** Id of the source. */
  readonly source: string
  /** The rendered value. */
  readonly value: string
  /** The autoscaler object, for an `hpa.*` field. */
  readonly autoscaler?: Workload
  /** The source line; `null` when no scalar sets the field. */
  readonly site: Site | null
  readonly reach: Reach
  /** Where an override for this source alone would go; `null` when there is no such place. */
  readonly override: Site | null
  /** Where this field alone is overridden, if the override also sets other fields of the source that need not change. */
  readonly separate?: Site
  /** Which of the two to edit. */
  readonly chosen: 'site' | 'override' | null
  /** What the schema of the chart allows as its value, in either place. */
  readonly rules?: ValueRules
  /** Whether the source line was not chosen for the only reason that the fields in `sharedWith` take their value from it. */
  readonly onlyShared?: boolean
  /** Why nothing was chosen, or why the override was. */
  readonly reason?: string
  /** Scalars at the same keys that do not set the field. */
  readonly considered?: readonly ConsideredLayer[]
  /** The other fields that take their value from the source line, in any source. */
  readonly sharedWith: readonly SharedField[]
}

/** A scalar at the same keys as a source line, in a layer that the source line overrides. */
export interface ConsideredLayer {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly text: string
  readonly why: string
}

/** Another field that takes its value from the same source line. */
export interface SharedField extends FieldAddress {
  readonly source: string
}
