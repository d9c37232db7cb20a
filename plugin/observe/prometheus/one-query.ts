/** Characters of one query. VictoriaMetrics refuses more than 16,384 by default (`-search.maxQueryLen`). */
export const longestQuery = 12_000

/** Several queries in one; a label of the series has the key or the index of the query of each. */
export const together = (
  queries: Readonly<Record<string, string>> | readonly string[],
  label = 'what',
): string =>
  Object.entries(queries)
    .map(([name, query]) => `label_replace(${query},"${label}","${name}","","")`)
    .join(' or ')
