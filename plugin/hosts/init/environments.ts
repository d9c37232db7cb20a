/** Words in paths that name a stage of delivery, as teams write them. */
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

/** The stage that the paths of a source speak of; the last one named counts, for it is the most specific. */
export const stageOf = (paths: readonly string[]): string | undefined =>
  paths
    .flatMap(words)
    .filter((word) => stages.has(word))
    .at(-1)

/** A name without its stage and without words that say only what kind of file it is: `values-web.prod.yaml` gives `web`. */
export const withoutStage = (file: string): string =>
  words(file.replace(/\.ya?ml$/, ''))
    .filter((word) => word !== '' && word !== 'values' && !stages.has(word))
    .join('-')
