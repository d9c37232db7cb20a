import type { InputFile, Source } from '../../model/source.ts'

/** A source with its files. */
export interface SourceInputs {
  readonly source: Source
  readonly inputs: readonly InputFile[]
}

/** The source some levels up in the chain of declarations, with its files. */
export function upChain({ source, inputs }: SourceInputs, levels: number): SourceInputs {
  if (source.declaredIn === undefined || levels === 0) return { source, inputs }
  const outer = inputs.flatMap(({ levelsUp, ...input }): readonly InputFile[] =>
    levelsUp === undefined ? [] : [levelsUp === 1 ? input : { ...input, levelsUp: levelsUp - 1 }],
  )
  return upChain({ source: source.declaredIn, inputs: outer }, levels - 1)
}
