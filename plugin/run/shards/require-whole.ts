import { stop } from '../../model/problem.ts'
import type { PartFile, PartOrigin } from './part-file.ts'

/**
 * Throws `shards.unusable` unless the parts are all shards of one plan, each once, and of the same program, commit, usage and
 * settings as the merge.
 */
export function requireWhole(parts: readonly PartFile[], merge: PartOrigin): void {
  const [first] = parts
  if (first === undefined) throw stop('usage', '--merge names no part file')
  const { of } = first.head.shard
  for (const part of parts) {
    const { file, head } = part
    if (head.shard.of !== of)
      throw unusable(file, `this is shard ${name(head)}, but ${first.file} is one of ${of}`)
    const other = parts.find((one) => one.head.shard.index === head.shard.index)
    if (other !== part) throw unusable(file, `this is shard ${name(head)}, as ${other?.file} is`)
    requireSame({ file, head }, merge)
  }
  const known = new Set(parts.map(({ head }) => head.shard.index))
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((index) => !known.has(index))
  if (missing.length === 0) return
  throw stop(
    'shards.unusable',
    `of ${of} shards, ${missing.length === 1 ? 'this one is' : 'these are'} missing: ${missing.map((index) => `${index}/${of}`).join(', ')}`,
    { hint: 'Plan them, and merge all of them. Nothing is delivered of a part.' },
  )
}

const name = ({ shard }: PartFile['head']): string => `${shard.index}/${shard.of}`

function requireSame({ file, head }: Pick<PartFile, 'file' | 'head'>, merge: PartOrigin): void {
  if (head.program !== merge.program)
    throw unusable(file, `version ${head.program} planned this shard, and version ${merge.program} merges`)
  if (head.commit !== merge.commit)
    throw unusable(
      file,
      `this shard was planned on ${placeOf(head)}; the merge is on ${placeOf(merge)}`,
      head.commit === undefined || merge.commit === undefined
        ? 'Merge parts of `tortoise plan` with `tortoise plan`, and parts of `tortoise run` with `tortoise run`.'
        : 'Check out the same commit in all jobs.',
    )
  if (head.usage !== merge.usage)
    throw unusable(
      file,
      'this shard was planned from other usage than the merge reads',
      'Pass the same --snapshot to all shards and to the merge.',
    )
  if (head.settings !== merge.settings)
    throw unusable(
      file,
      'this shard was planned with other settings than the merge has',
      'Use the same settings, flags and mode in all jobs.',
    )
}

const placeOf = ({ commit }: Pick<PartOrigin, 'commit'>): string =>
  commit === undefined ? 'the files of a work tree' : `commit ${commit.slice(0, 10)}`

const unusable = (file: string, message: string, hint = 'Plan this shard again.') =>
  stop('shards.unusable', message, { place: { file }, hint })
