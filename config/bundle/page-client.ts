import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rolldown } from 'rolldown'

/** The script and the style of the HTML report, and the modules that the script is made from. */
export interface BuiltClient {
  /** JSON with `script`, `style` and their hashes for a Content-Security-Policy. */
  readonly json: string
  readonly modules: readonly string[]
}

const room = 'plugin/page'
/** In the order in which they apply. */
const styles = ['base', 'tiles', 'table', 'detail', 'narrow', 'print']

/** Bundles the script of the HTML report for browsers, in one piece. */
export async function buildPageClient(): Promise<BuiltClient> {
  const bundle = await rolldown({ input: `${room}/main.ts`, platform: 'browser', logLevel: 'warn' })
  const { output } = await bundle.generate({
    format: 'iife',
    minify: true,
    comments: { legal: false },
  })
  await bundle.close()
  const [{ code, moduleIds }] = output
  const script = code.trim()
  const style = [
    'node_modules/uplot/dist/uPlot.min.css',
    ...styles.map((name) => `${room}/style/${name}.css`),
  ]
    .map((file) =>
      readFileSync(file, 'utf8')
        .replaceAll(/\s*\n\s*/g, '\n')
        .trim(),
    )
    .join('\n')
  const client = { script, style, scriptHash: hashOf(script), styleHash: hashOf(style) }
  return { json: `${JSON.stringify(client)}\n`, modules: moduleIds }
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
