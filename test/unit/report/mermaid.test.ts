import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { pullBody } from '../../../plugin/report/pull-request/body.ts'
import { observationsFor, partOf } from './pull-requests.ts'

/** Mermaid cleans labels with a library that wants a document; this much of one makes it leave texts as they are. */
const window = {
  document: { nodeType: 9, implementation: {}, createElement: () => ({}) },
  Element: class {},
  Node: class {},
  NodeFilter: {},
  NamedNodeMap: class {},
  HTMLFormElement: class {},
  DOMParser: class {},
}

type Mermaid = {
  readonly default: { readonly parse: (text: string) => Promise<{ readonly diagramType: string }> }
}
let mermaid: Mermaid['default']

const bundle = join(import.meta.dirname, '../../tools/node_modules/mermaid/dist/mermaid.esm.min.mjs')
const isInstalled = existsSync(bundle)
if (!isInstalled) console.warn('charts are not read by Mermaid: `npm run test:tools` installs it')

beforeAll(async () => {
  if (!isInstalled) return undefined
  Reflect.set(globalThis, 'window', window)
  mermaid = ((await import(pathToFileURL(bundle).href)) as Mermaid).default
  return () => Reflect.deleteProperty(globalThis, 'window')
})

const chartsIn = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^```mermaid\n([\s\S]*?)^```$/gm)].map(([, chart = '']) => chart)

describe.skipIf(!isInstalled)('the charts of a pull request', () => {
  it('are read by Mermaid, with names that are full of markup', async () => {
    const part = partOf(3)
    for (const text of ['app', 'a"] --> [b', '%%{init: {}}%%', 'x\nbar [1]']) {
      const changes = part.proposal.changes.map((one) => ({ ...one, container: text }))
      const observations = observationsFor(changes)
      const named = { ...part, proposal: { ...part.proposal, changes } }
      const charts = chartsIn(pullBody(named, { observations, reconsider: 20, room: 50_000 }).toString())
      expect(charts.length).toBeGreaterThan(1)
      for (const chart of charts) expect(await mermaid.parse(chart)).toMatchObject({ diagramType: 'xychart' })
    }
  })

  it('would not be read if they were no charts', async () => {
    await expect(mermaid.parse('xychart-beta\n  bar [a')).rejects.toThrow('Parse error')
  })
})
