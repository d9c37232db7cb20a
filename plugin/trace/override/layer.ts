import type { InputFile, ReleaseSource, Source } from '../../model/source.ts'
import { sourceChain } from '../../model/source.ts'
import type { Candidate } from '../dye/candidate.ts'
import { type SourceInputs, upChain } from './up-chain.ts'

/** A source in which an override may be written, with its files. */
export interface OverrideLayer extends SourceInputs {
  readonly inputs: readonly InputFile[]
  /** Whether a source outside its chain of declarations reads a file too. */
  readonly isShared: (file: string) => boolean
  /** Whether a source reads a file that is neither in the chain of declarations, nor declared through a source in it. */
  readonly isReadBeside: (file: string, through: Source) => boolean
}

/** Who reads which file. */
export interface Readers {
  /** The sources that read a file, by file. */
  readonly readers: ReadonlyMap<string, readonly Source[]>
}

/** Where overrides are searched: in the source itself, or in the source up the chain whose values set the field. */
export function overrideLayer(
  { source, inputs }: SourceInputs,
  candidate: Pick<Candidate, 'levelsUp' | 'role'> | undefined,
  { readers }: Readers,
): OverrideLayer {
  const own = new Set(sourceChain(source).map(({ id }) => id))
  const others = (file: string): readonly Source[] =>
    (readers.get(file) ?? []).filter(({ id }) => !own.has(id))
  const isReadBeside = (file: string, through: Source): boolean =>
    others(file).some((one) => !sourceChain(one).some(({ id }) => id === through.id))
  const isValue = candidate?.role === 'values' || candidate?.role === 'chart-values'
  const levels = isValue ? (candidate.levelsUp ?? 0) : 0
  const isShared = (file: string): boolean => others(file).length > 0
  return { ...upChain({ source, inputs }, levels), isShared, isReadBeside }
}

/** The source that holds the object of a release, as a place for what is meant for that release alone. */
export function layerAround({
  isReadBeside,
  ...release
}: OverrideLayer & { readonly source: ReleaseSource }): OverrideLayer {
  const around = upChain(release, 1)
  return { ...around, isReadBeside, isShared: (file) => isReadBeside(file, around.source) }
}
