import { posix } from 'node:path'
import { type Json, type JsonObject, listOf, textOf, valueAt } from '../../plugin/model/json.ts'
import type { GitRepositoryName } from './flux-repository.ts'

/** The directory of a GitRepository that an artifact is a copy of. */
export interface CopiedDirectory {
  readonly from: GitRepositoryName
  readonly directory: string
}

/**
 * The directory that an ExternalArtifact is a copy of, as an ArtifactGenerator makes it; `undefined` where no generator
 * makes it, or it is not a plain copy with the same layout from one GitRepository.
 * https://fluxcd.io/flux/components/source/artifactgenerators/
 */
export function copiedDirectory(
  { name, namespace }: GitRepositoryName,
  objects: readonly JsonObject[],
): CopiedDirectory | undefined {
  const generators = objects.filter((object) => object['kind'] === 'ArtifactGenerator')
  const made = generators.flatMap((generator) =>
    listOf(valueAt(generator, ['spec', 'artifacts']))
      .filter((artifact) => valueAt(artifact, ['name']) === name)
      .map((artifact) => ({ generator, artifact })),
  )
  const own = made.filter(
    ({ generator }) => (textOf(valueAt(generator, ['metadata', 'namespace'])) ?? namespace) === namespace,
  )
  const found = own.map(({ generator, artifact }) => directoryOf(artifact, generator, namespace))
  const [first] = found
  const isOne = found.every((one) => JSON.stringify(one) === JSON.stringify(first))
  return isOne ? first : undefined
}

function directoryOf(artifact: Json, generator: JsonObject, namespace: string): CopiedDirectory | undefined {
  const copies = listOf(valueAt(artifact, ['copy'])).map(copyOf)
  const [first] = copies
  if (first === undefined || copies.some((one) => one?.alias !== first.alias || one.root !== first.root))
    return undefined
  const source = listOf(valueAt(generator, ['spec', 'sources'])).find(
    (one) => valueAt(one, ['alias']) === first.alias,
  )
  const name = textOf(valueAt(source, ['name']))
  if (name === undefined || valueAt(source, ['kind']) !== 'GitRepository') return undefined
  return {
    from: { name, namespace: textOf(valueAt(source, ['namespace'])) ?? namespace },
    directory: first.root,
  }
}

/** The directory that is the root of an artifact, by one of its copies: `apps` for `apps/base/**` at `base/`. */
function copyOf(copy: Json): { readonly alias: string; readonly root: string } | undefined {
  const [, alias = '', from = ''] =
    /^@([\w-]+)\/(.*?)\/?\*\*$/.exec(textOf(valueAt(copy, ['from'])) ?? '') ?? []
  const [, to] = /^@artifact\/(.*?)\/?$/.exec(textOf(valueAt(copy, ['to'])) ?? '') ?? []
  const strategy = textOf(valueAt(copy, ['strategy'])) ?? 'Overwrite'
  const isPlain = strategy === 'Overwrite' && listOf(valueAt(copy, ['exclude'])).length === 0
  if (alias === '' || to === undefined || !isPlain) return undefined
  if (to === '') return { alias, root: from === '' ? '.' : from }
  if (from !== to && !from.endsWith(`/${to}`)) return undefined
  return { alias, root: posix.normalize(from.slice(0, from.length - to.length) || '.').replace(/\/$/, '') }
}
