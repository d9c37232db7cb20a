/** The demo's output without what differs between two runs: commit ids and the directory. */
export const settled = (output: string): string =>
  output
    .replaceAll(/\/\S+\/tortoise-demo-\w+/g, '/tmp/tortoise-demo')
    .replaceAll(/\b[0-9a-f]{10}(?:[0-9a-f]{30})?\b/g, '…')

const widest = 132

const cut = (line: string): string => (line.length > widest ? `${line.slice(0, widest - 1)}…` : line)

/** An excerpt of the demo's output: one workload, the backtest, the proof and the commit. */
export function demoExcerpt(output: string): string {
  const lines = output.split('\n')
  const table = lines.findIndex((line) => line.startsWith('WORKLOAD'))
  const next = lines.findIndex((line, at) => at > table + 1 && !line.startsWith(' '))
  const later = lines.filter((line) => /^(Backtest|Proved|Committed) /.test(line))
  const shown = [lines[0] ?? '', '', ...lines.slice(table - 1, next), '…', '', ...later]
  return shown.map(cut).join('\n')
}

/** The page with the whole output of the demo. */
export const demoPage = (output: string): string =>
  `# What the demo prints

\`npm run demo\` runs the whole path with recorded usage. It prints what should change and why, the source line of each value, a
backtest, what is skipped and why, the proof, and a real commit. This is its output. \`npm run demo:write\` writes this page and the
excerpt in the README; a test compares both with the program.

\`\`\`text
${settled(output).trimEnd()}
\`\`\`
`

const excerptIn = /(<!-- demo -->\n```text\n)[\s\S]*?(```\n<!-- \/demo -->)/

/** A page with the excerpt between its markers. */
export const withExcerpt = (page: string, output: string): string =>
  page.replace(excerptIn, (_all, before: string, after: string) =>
    [before, demoExcerpt(settled(output)), '\n', after].join(''),
  )
