/** The figures of one benchmark: a line that `npm run bench` ends with. */
export interface BenchResult {
  readonly bench: string
  readonly [figure: string]: string | number
}

/** A figure of two runs. */
export interface ComparedFigure {
  readonly bench: string
  readonly figure: string
  readonly main: number
  readonly own: number
  /** How much more the second run has, as a part of the first: 0.1 is 10 % more. */
  readonly change: number
}

/** A figure that grew by more than this part of itself is a regression. */
export const tolerance = 0.25

/**
 * Figures that can be compared between machines: ratios of processor times of one run, where less is better. `size` is how much
 * work a benchmark did; results of another size are not compared.
 */
const comparable: Readonly<Record<string, { readonly size: string; readonly figures: readonly string[] }>> = {
  start: { size: 'rounds', figures: ['versionRatio', 'helpRatio'] },
  'trace-set': { size: 'services', figures: ['processorRatio', 'secondToFirst'] },
  large: {
    size: 'applications',
    figures: ['traceKustomize', 'traceKustomizeAgain', 'traceHelm', 'traceHelmAgain', 'setCold', 'setWarm'],
  },
}

/** Reads the last lines of benchmarks, one a line. Throws for a line that is not one. */
export function readResults(text: string): readonly BenchResult[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const value: unknown = JSON.parse(line)
      if (typeof value !== 'object' || value === null || !('bench' in value))
        throw new Error(`not the result of a benchmark: ${line}`)
      return value as BenchResult
    })
}

/** The comparable figures that both runs have, in the order of the second. */
export function compareResults(
  main: readonly BenchResult[],
  own: readonly BenchResult[],
): readonly ComparedFigure[] {
  return own.flatMap((result) => {
    const { size = '', figures = [] } = comparable[result.bench] ?? {}
    const before = main.find((one) => one.bench === result.bench && one[size] === result[size])
    return figures.flatMap((figure) => {
      const [from, to] = [Number(before?.[figure]), Number(result[figure])]
      return from > 0 && to >= 0
        ? [{ bench: result.bench, figure, main: from, own: to, change: to / from - 1 }]
        : []
    })
  })
}

/** Whether a figure grew by more than the tolerance, whatever it was before it was rounded to hundredths. */
export const isRegression = ({ main, own }: ComparedFigure): boolean =>
  (own - rounding) / (main + rounding) > 1 + tolerance
const rounding = 0.005

/** A table of figures in Markdown. */
export function comparisonTable(compared: readonly ComparedFigure[]): string {
  const rows = compared.map((one) => {
    const { bench, figure, main, own, change } = one
    const percent = `${change < 0 ? '−' : '+'}${Math.abs(change * 100).toFixed(0)} %`
    return `| ${bench} | \`${figure}\` | ${main} | ${own} | ${isRegression(one) ? `**${percent}**` : percent} |`
  })
  return ['| benchmark | ratio | main | this run | change |', '|---|---|---|---|---|', ...rows, ''].join('\n')
}
