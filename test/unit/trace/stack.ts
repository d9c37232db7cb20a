import { posix } from 'node:path'
import { parse } from 'yaml'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import { valueAt } from '../../../plugin/model/json.ts'
import { stop } from '../../../plugin/model/problem.ts'
import type { InputFile, RepositoryView, Source } from '../../../plugin/model/source.ts'
import { sharedDetails } from '../../../plugin/model/source.ts'
import { readObjects } from '../../../plugin/yaml/objects.ts'
import { cachedByContent } from '../../../renderers/content-cache.ts'
import type { RendererKind } from '../../../renderers/kind.ts'
import type { Log } from './log.ts'
import { merged } from './merge.ts'

/** A toy kustomization: a directory with `stack.yaml`. */
export interface StackSource extends Source {
  readonly kind: 'stack'
  /** Patches of the object that declares it, as YAML texts. */
  readonly patches?: readonly string[]
}

interface StackFile {
  /** Files of manifests, and directories of stacks below. */
  readonly resources?: readonly string[]
  /** Files of patches, or patches as text. */
  readonly patches?: readonly { readonly path?: string; readonly patch?: string }[]
  readonly prefix?: string
  /** For a stack that is used by others alone. */
  readonly part?: boolean
}

/** Stacks in memory: manifests and the stacks below, with patches merged over them by kind and name. */
export const stack = (log: Log): RendererKind<StackSource> => ({
  name: 'stack',
  plural: 'stacks',
  programs: [],
  overrides: ['patch'],
  entry: /^stack\.yaml$/,
  composes: true,
  detect: async ({ path, entries = [] }) =>
    entries.some(({ name }) => name === 'stack.yaml') ? { sources: [{ path }] } : undefined,
  identify: (hint) => ({ kind: 'stack', id: hint.path, ...sharedDetails(hint) }),
  rollOutKey: ({ path }) => path,
  isDeployable: async ({ path }, view) => (await stackAt(path, view)).part !== true,
  ...cachedByContent<StackSource>({
    inputs: async ({ path }, view) => {
      if ((await view.kind(`${path}/stack.yaml`)) !== 'file')
        throw stop('source.unknown', 'no stack is here', { place: { file: path } })
      return inputsBelow(path, path, view)
    },
    render: async (source, view, options) => {
      await log(source, view, options)
      const { path, patches = [] } = source
      const objects = await objectsBelow(path, view)
      return {
        source,
        objects: patches.reduce((below, text) => patched(below, readObjects(path, text)), objects),
      }
    },
  }),
  parameters: {} as never,
  manifests: async (request) => ({ source: { kind: 'stack', id: '', path: request.path }, text: '' }),
})

const stackAt = async (path: string, view: RepositoryView): Promise<StackFile> =>
  (parse((await view.read(`${path}/stack.yaml`))?.text ?? '') as StackFile | null) ?? {}

const inputAt = async (
  at: string,
  view: RepositoryView,
  more: Pick<InputFile, 'role' | 'topLayer'>,
): Promise<InputFile> => ({ path: (await view.read(at))?.path ?? at, at, ...more })

async function inputsBelow(path: string, root: string, view: RepositoryView): Promise<readonly InputFile[]> {
  const { resources = [], patches = [] } = await stackAt(path, view)
  const topLayer = path === root
  const found = await Promise.all(
    resources.map(async (name) => {
      const at = posix.join(path, name)
      return (await view.kind(at)) === 'directory'
        ? inputsBelow(at, root, view)
        : [await inputAt(at, view, { role: 'manifest', topLayer })]
    }),
  )
  const files = patches.flatMap((one) => (one.path === undefined ? [] : [posix.join(path, one.path)]))
  return [
    await inputAt(`${path}/stack.yaml`, view, { role: 'kustomization', topLayer }),
    ...found.flat(),
    ...(await Promise.all(files.map((at) => inputAt(at, view, { role: 'patch', topLayer })))),
  ]
}

async function objectsBelow(path: string, view: RepositoryView): Promise<readonly JsonObject[]> {
  const { resources = [], patches = [], prefix = '' } = await stackAt(path, view)
  const found = await Promise.all(
    resources.map(async (name) => {
      const at = posix.join(path, name)
      return (await view.kind(at)) === 'directory' ? objectsBelow(at, view) : manifests(at, view)
    }),
  )
  const texts = await Promise.all(
    patches.map(async (one) => one.patch ?? (await textAt(posix.join(path, one.path ?? ''), view))),
  )
  const objects = texts.reduce<readonly JsonObject[]>(
    (below, text) => patched(below, readObjects(path, text)),
    found.flat(),
  )
  return objects.map((object) => renamed(object, `${prefix}${valueAt(object, ['metadata', 'name'])}`))
}

async function textAt(path: string, view: RepositoryView): Promise<string> {
  const file = await view.read(path)
  if (file === undefined) throw stop('source.render', `${path} is missing`, { place: { file: path } })
  return file.text
}

const manifests = async (path: string, view: RepositoryView): Promise<readonly JsonObject[]> =>
  readObjects(path, await textAt(path, view))

const renamed = (object: JsonObject, name: string): JsonObject => ({
  ...object,
  metadata: merged(object['metadata'] ?? {}, { name }),
})

const keyOf = (object: JsonObject): string => `${object['kind']}/${valueAt(object, ['metadata', 'name'])}`

function patched(objects: readonly JsonObject[], patches: readonly JsonObject[]): readonly JsonObject[] {
  for (const patch of patches)
    if (!objects.some((object) => keyOf(object) === keyOf(patch)))
      throw stop('source.render', `no object for the patch of ${keyOf(patch)}`, {})
  return objects.map((object) =>
    patches
      .filter((patch) => keyOf(patch) === keyOf(object))
      .reduce<JsonObject>((below, patch) => merged(below as Json, patch as Json) as JsonObject, object),
  )
}
