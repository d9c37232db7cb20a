import { parse } from 'yaml'
import type { JsonObject } from '../../../../plugin/model/json.ts'
import type { DeclaringObject, ReleaseSource } from '../../../../plugin/model/source.ts'
import type { DeclaringKind } from '../../../../renderers/release/declaring-kind.ts'
import { memoryView } from '../../memory-view.ts'
import { portsOf } from '../declaring-ports.ts'

/** The object of a text in YAML. */
export const object = (text: string): JsonObject => parse(text) as JsonObject

/** Objects that are rendered with the declaring one, files of the repository, and fields of the source. */
export interface Asked {
  readonly objects?: readonly JsonObject[]
  readonly files?: Readonly<Record<string, string>>
  readonly source?: Partial<ReleaseSource>
}

/** The sources that an object declares. */
export const translated = (
  kind: DeclaringKind,
  declaredBy: DeclaringObject,
  { objects = [], files = {}, source = {} }: Asked,
) =>
  kind.translate({
    source: {
      kind: 'release',
      id: 'the release',
      path: 'cluster',
      declaredBy,
      declaredIn: { kind: 'plain', id: 'cluster', path: 'cluster' },
      ...source,
    },
    objects,
    base: async () => objects,
    around: [],
    ...portsOf(memoryView(files)),
  })
