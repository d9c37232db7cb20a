import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FileEdit } from '../../plugin/model/edit.ts'
import type { FieldAddress } from '../../plugin/model/field.ts'
import { type Json, type JsonObject, listOf, valueAt } from '../../plugin/model/json.ts'
import type { Renderer } from '../../plugin/model/renderer.ts'
import {
  isRelease,
  type ReleaseSource,
  type RepositoryView,
  type Source,
  sourceChain,
} from '../../plugin/model/source.ts'
import { sameValue } from '../../plugin/model/value.ts'
import { postRendered, renderBare, scalarsOf } from './bare.ts'

/** A copy of a repository on disk, in which edits are tried. */
export interface Ground {
  readonly root: string
  readonly view: RepositoryView
  readonly renderer: Renderer
  /** Scalars before any edit, by the id of the source; those that differ from one rendering to the next are left out. */
  readonly before: Map<string, Promise<ReadonlyMap<string, string> | undefined>>
}

/** A field that was edited, and the value that it must have. */
export interface Wanted extends FieldAddress {
  readonly source: Source
  readonly to: string
}

/**
 * Renders sources with the bare programs before and after edits. Returns what is wrong: a field without its value, or any
 * other difference than the wanted ones, in whatever source.
 */
export async function wrongIn(
  wanted: readonly Wanted[],
  { edits, sources }: { readonly edits: readonly FileEdit[]; readonly sources: readonly Source[] },
  ground: Ground,
): Promise<readonly string[]> {
  const before = new Map<string, ReadonlyMap<string, string> | undefined>()
  // One after the other: a fetched chart is written to disk by the first that needs it.
  for (const one of sources) before.set(one.id, await scalarsBefore(one, ground))
  const undo = writeEdits(edits, ground.root)
  const edited = ground.view.with(new Map(edits.map(({ file, after }) => [file, after])))
  try {
    const found: string[] = []
    for (const source of sources) {
      const old = before.get(source.id)
      const objects = await bareObjects(source, { ...ground, view: edited })
      if (old === undefined || objects === undefined) continue
      found.push(...wrongBetween(old, objects, { source, wanted, sources }))
    }
    return found
  } finally {
    undo()
  }
}

interface Expected {
  readonly source: Source
  readonly wanted: readonly Wanted[]
  readonly sources: readonly Source[]
}

function wrongBetween(
  old: ReadonlyMap<string, string>,
  objects: readonly JsonObject[],
  { source, wanted, sources }: Expected,
): readonly string[] {
  const now = scalarsOf(objects)
  const own = wanted.filter((one) => one.source.id === source.id)
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter((key) => old.get(key) !== now.get(key))
  const isKnown = (key: string): boolean =>
    own.some((one) => isFieldKey(key, one)) ||
    isHandedOn(key, { source, wanted, sources }) ||
    /checksum/.test(key)
  const others = changed
    .filter((key) => !isKnown(key) && !old.get(key)?.startsWith(random))
    .map((key) => `${source.id}: ${key}: ${old.get(key)} → ${now.get(key)}`)
  const missing = own.filter(
    (one) => ![...now].some(([key, value]) => isFieldKey(key, one) && sameValue(one.field, value, one.to)),
  )
  return [
    ...others,
    ...missing.map((one) => `${source.id}: ${one.field} of ${one.workload.name} is not ${one.to}`),
  ]
}

/** Whether a scalar is the one of a field of a container. */
function isFieldKey(key: string, { workload, container, field }: FieldAddress): boolean {
  const [, kind, name, path = ''] = /^([^/]*)\/[^/]*\/([^ ]*) (.*)$/.exec(key) ?? []
  const isContainer =
    path.endsWith(`(${container}).resources.${field}`) ||
    path.replace(/\([^)]*\)/g, '') === `.${container}.resources.${field}`
  return kind === workload.kind && name === workload.name && isContainer
}

/** Whether a scalar is a part of the object that declares a source with a wanted value. */
const isHandedOn = (key: string, { source, wanted }: Expected): boolean =>
  wanted.some((one) =>
    sourceChain(one.source)
      .filter(isRelease)
      .some(
        ({ declaredIn, declaredBy }) =>
          declaredIn.id === source.id &&
          (key.startsWith(`${declaredBy.kind}/`) || /^(ApplicationSet|ConfigMap)\//.test(key)),
      ),
  )

const random = '\0random'

/** The scalars before edits. The source is rendered twice: what differs is random. */
function scalarsBefore(source: Source, ground: Ground): Promise<ReadonlyMap<string, string> | undefined> {
  const known = ground.before.get(source.id) ?? renderTwice(source, ground)
  ground.before.set(source.id, known)
  return known
}

async function renderTwice(source: Source, ground: Ground): Promise<ReadonlyMap<string, string> | undefined> {
  const [first, second] = [await bareObjects(source, ground), await bareObjects(source, ground)]
  if (first === undefined || second === undefined) return undefined
  const again = scalarsOf(second)
  return new Map(
    [...scalarsOf(first)].map(([key, value]) => [key, again.get(key) === value ? value : random]),
  )
}

/** What the bare programs render for a source; `undefined` where they cannot from files on disk. */
export async function bareObjects(
  source: Source,
  { root, view, renderer }: Pick<Ground, 'root' | 'view' | 'renderer'>,
): Promise<readonly JsonObject[] | undefined> {
  try {
    if (!isRelease(source)) return await renderBare([source], { root, view })
    const rendered = await renderBare(await renderer.parts(source, view), { root, view })
    const { objects } = await renderer.render(source.declaredIn, view)
    return rendered && (await postRendered(rendered, postRendererPatches(objects, source)))
  } catch {
    return undefined
  }
}

/** Writes edits to disk; returns what takes them back. */
function writeEdits(edits: readonly FileEdit[], root: string): () => void {
  const olds = edits.map(({ file }) => [join(root, file), readFileSync(join(root, file), 'utf8')] as const)
  for (const { file, after } of edits) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), after)
  }
  return () => {
    for (const [file, text] of olds) writeFileSync(file, text)
  }
}

/** The patches that a HelmRelease has for what its chart renders to. */
function postRendererPatches(
  objects: readonly JsonObject[],
  { declaredBy: { kind, name } }: ReleaseSource,
): readonly Json[] {
  const object = objects.find((one) => one['kind'] === kind && valueAt(one, ['metadata', 'name']) === name)
  return listOf(valueAt(object, ['spec', 'postRenderers'])).flatMap((one) =>
    listOf(valueAt(one, ['kustomize', 'patches'])),
  )
}
