/** Words in paths that name a delivery stage. */
const stages = new Set([
  'prod',
  'production',
  'live',
  'preprod',
  'staging',
  'stage',
  'stg',
  'uat',
  'qa',
  'test',
  'testing',
  'dev',
  'development',
  'sandbox',
])

const words = (path: string): readonly string[] => path.toLowerCase().split(/[/._-]+/)

/** The delivery stage that paths name; of several, the last one, which is the most specific. */
export const stageOf = (paths: readonly string[]): string | undefined =>
  paths
    .flatMap(words)
    .filter((word) => stages.has(word))
    .at(-1)

/** A file name without its stage and without `values`: `values-web.prod.yaml` gives `web`. */
export const withoutStage = (file: string): string =>
  words(file.replace(/\.ya?ml$/, ''))
    .filter((word) => word !== '' && word !== 'values' && !stages.has(word))
    .join('-')
