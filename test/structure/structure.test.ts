import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cyclesIn, layerOf, roomOf } from './layers.ts'
import { readModules, root } from './modules.ts'
import { functionsOf, percentile } from './sizes.ts'

const modules = readModules()
const edges = modules.flatMap(({ file, imports }) => imports.map((target) => ({ file, target })))

describe('the import graph, types included', () => {
  it('is read whole', () => {
    expect(modules.length).toBeGreaterThan(300)
    expect(edges.length).toBeGreaterThan(1000)
    expect(edges.filter(({ target }) => !modules.some(({ file }) => file === target))).toEqual([])
  })

  it('has no cycle', () => {
    expect(cyclesIn(new Map(modules.map(({ file, imports }) => [file, imports])))).toEqual([])
  })

  it('finds a cycle where there is one', () => {
    const ring = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ])
    expect(cyclesIn(ring)).toEqual([['b', 'c']])
  })

  it('never leads from a lower layer to a higher one, nor between rooms of one layer', () => {
    const wrong = edges.filter(({ file, target }) => {
      const [from, to] = [roomOf(file), roomOf(target)]
      return from !== to && layerOf(from) <= layerOf(to)
    })
    expect(wrong).toEqual([])
  })

  it('keeps replays and the simulated HPA below the profiles, and profiles apart', () => {
    const wrong = edges.filter(({ file, target }) => {
      const profile = /^plugin\/recommend\/profiles\/(\w+)\//.exec(target)?.[1]
      if (profile === undefined || !file.startsWith('plugin/recommend/')) return false
      if (file === 'plugin/recommend/profiles/profiles.ts') return false
      if (file.startsWith(`plugin/recommend/profiles/${profile}/`)) return false
      // Tortoise sizes pods by the recommender of the Vertical Pod Autoscaler, as the original does.
      return !(profile === 'vpa' && file.startsWith('plugin/recommend/profiles/tortoise/'))
    })
    expect(wrong).toEqual([])
  })
})

it('only plugin/yaml parses YAML: it limits the levels of nesting', () => {
  const parsers = /\b(parse|parseDocument|parseAllDocuments|Parser|Composer)\b/
  const wrong = modules.filter(
    ({ file, text }) =>
      !file.startsWith('plugin/yaml/') &&
      [...text.matchAll(/^import (?!type)([^;]*?) from 'yaml'$/gm)].some(([, names = '']) =>
        parsers.test(names),
      ),
  )
  // This one reads a file of the project itself.
  expect(wrong.map(({ file }) => file)).toEqual(['config/action-doc.ts'])
})

describe('the folders', () => {
  const entries = (path: string) => readdirSync(join(root, path), { withFileTypes: true })
  const filesIn = (path: string) =>
    entries(path)
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)

  it('keep no file at the root of plugin', () => {
    expect(filesIn('plugin')).toEqual([])
  })

  it('have at most 20 rooms in plugin', () => {
    expect(entries('plugin').filter((entry) => entry.isDirectory()).length).toBeLessThanOrEqual(20)
  })

  it('keep at most six loose files in hosts, each used by several hosts', () => {
    expect(filesIn('plugin/hosts').length).toBeLessThanOrEqual(6)
  })
})

describe('sizes', () => {
  const functions = modules.flatMap(functionsOf)

  it('of 95 % of the functions are at most 25 lines and 3 parameters', () => {
    expect(functions.length).toBeGreaterThan(1000)
    expect(
      percentile(
        functions.map(({ lines }) => lines),
        0.95,
      ),
    ).toBeLessThanOrEqual(25)
    expect(functions.filter(({ parameters }) => parameters > 3)).toEqual([])
  })

  it('of 95 % of the files are at most 185 lines', () => {
    const lines = modules.map(({ text }) => text.trimEnd().split('\n').length)
    expect(percentile(lines, 0.95)).toBeLessThanOrEqual(185)
  })
})
