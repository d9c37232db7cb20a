import { isStage, wordsOf } from '../../model/stages.ts'

/** A file name without its stage and without `values`: `values-web.prod.yaml` gives `web`. */
export const withoutStage = (file: string): string =>
  wordsOf(file.replace(/\.ya?ml$/, ''))
    .filter((word) => word !== 'values' && !isStage(word))
    .join('-')
