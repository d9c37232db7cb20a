import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/how-it-decides.md'), 'utf8')
const folder = join(root, 'plugin/recommend')
const others = /^(krr|vpa|tortoise)/

describe('docs/how-it-decides.md', () => {
  it('names every rule of steady', () => {
    const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !others.test(name))
    const rules = sources.flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/reason\(\s*'([\w.-]+)'|rule: '([\w.-]+)'/g),
    ])
    const names = [...new Set(rules.map(([, one, other]) => one ?? other ?? ''))]
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})
