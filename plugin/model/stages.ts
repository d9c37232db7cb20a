/** Words that name a delivery stage, by the first of all with the same meaning. */
const meanings: Readonly<Record<string, readonly string[]>> = {
  prod: ['prod', 'production', 'prd'],
  live: ['live'],
  preprod: ['preprod', 'preproduction'],
  nonprod: ['nonprod', 'nonproduction'],
  staging: ['staging', 'stage', 'stg'],
  uat: ['uat'],
  qa: ['qa'],
  test: ['test', 'testing'],
  dev: ['dev', 'development'],
  sandbox: ['sandbox'],
}

const byWord = new Map(
  Object.entries(meanings).flatMap(([meaning, all]) => all.map((word) => [word, meaning] as const)),
)

/** The words of a path or name, in lower case; `pre-prod` is one word. */
export const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replaceAll(/\b(pre|non)[._-](prod)/g, '$1$2')
    .split(/[/._:-]+/)
    .filter((word) => word !== '')

/** Whether a word names a delivery stage. */
export const isStage = (word: string): boolean => byWord.has(word)

/** The delivery stage that texts name, as it is written; of several, the last one, which is the most specific. */
export const stageOf = (texts: readonly string[]): string | undefined =>
  texts.flatMap(wordsOf).filter(isStage).at(-1)

/** The words of a text, with one word for all that mean the same stage: `production` gives `prod`. */
export const meaningsOf = (text: string): ReadonlySet<string> =>
  new Set(wordsOf(text).map((word) => byWord.get(word) ?? word))

/** What the stage in a text means; `undefined` without one. */
export function stageMeaning(text: string): string | undefined {
  const stage = stageOf([text])
  return stage === undefined ? undefined : byWord.get(stage)
}
