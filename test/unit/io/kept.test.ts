import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { keptFiles } from '../../../plugin/io/kept-files.ts'
import { keptLog } from '../../../plugin/io/kept-log.ts'
import type { Json } from '../../../plugin/model/json.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-kept-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const mostBytes = 32_000
/** What happens when the process has nothing more to do. */
const atTheEnd = (): void => void process.emit('beforeExit', 0)

const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path).isFile())

describe.each([
  ['in one file', (name: string) => keptLog(join(work, name, 'log'), { mostBytes })],
  ['in a file each', (name: string) => keptFiles(join(work, name), { mostBytes })],
])('results kept %s', (how, openAt) => {
  const open = (name: string) => openAt(`${how} ${name}`)
  const files = (name: string) => filesBelow(join(work, `${how} ${name}`))

  it.each<readonly [string, Json]>([
    ['an object', { a: [1, 'x', null, true], b: { c: -2.5 } }],
    ['other scripts and line breaks', 'Größe\n日本語\u2028\uD83D\uDC22'],
    ['half of a pair', '\uD83D'],
    ['an empty list', []],
  ])('are read by the next process: %s', (name, result) => {
    open(name).keep('key', result)
    atTheEnd()
    expect(open(name).read('key')).toEqual(result)
    expect(open(name).read('another key')).toBeUndefined()
  })

  it.each<readonly [string, unknown]>([
    ['infinite number', [Number.POSITIVE_INFINITY]],
    ['missing number', { a: Number.NaN }],
    ['negative zero', -0],
    ['missing value', { a: undefined }],
    ['large integer', 10n],
    ['key with a meaning', JSON.parse('{"__proto__": 1}')],
    ['text larger than they may be', 'x'.repeat(mostBytes)],
  ])('never hold: %s', (name, result) => {
    const kept = open(name)
    kept.keep('key', result as Json)
    kept.keep('other', 1)
    atTheEnd()
    expect(open(name).read('key')).toBeUndefined()
    expect(open(name).read('other')).toBe(1)
  })

  it('never hold a value that aliases make large beyond measure', () => {
    let swelling: Json = ['x']
    for (let level = 0; level < 60; level += 1) swelling = [swelling, swelling]
    open('swelling').keep('key', swelling)
    expect(open('swelling').read('key')).toBeUndefined()
  })

  it('count as missing where their bytes are damaged', () => {
    open('damaged').keep('key', { cpu: '100m' })
    atTheEnd()
    const [file = ''] = files('damaged')
    const text = readFileSync(file, 'utf8')
    for (const damage of [
      text.replace('100m', '900m'),
      text.slice(0, -3),
      '',
      '\0'.repeat(200),
      `x${text.slice(1)}`,
    ]) {
      writeFileSync(file, damage)
      expect(open('damaged').read('key')).toBeUndefined()
    }
    writeFileSync(file, text)
    expect(open('damaged').read('key')).toEqual({ cpu: '100m' })
  })

  it('do not need more room than they may', () => {
    for (let index = 0; index < 100; index += 1) {
      open('bounded').keep(`key ${index}`, 'x'.repeat(1_000))
      atTheEnd()
    }
    const bytes = files('bounded').reduce((sum, file) => sum + statSync(file).size, 0)
    expect(bytes).toBeLessThanOrEqual(mostBytes)
    expect(open('bounded').read('key 99')).toBe('x'.repeat(1_000))
  })

  it('are readable by their owner only', () => {
    open('private').keep('key', 1)
    atTheEnd()
    for (const file of files('private')) expect(statSync(file).mode & 0o077).toBe(0)
  })

  it('cost nothing where nothing can be written', () => {
    writeFileSync(join(work, `${how} occupied`), '')
    const kept = open('occupied')
    kept.keep('key', 1)
    atTheEnd()
    expect(open('occupied').read('key')).toBeUndefined()
  })
})

it('of results in files, those used longest ago are deleted first', () => {
  const directory = join(work, 'used')
  const open = () => keptFiles(directory, { mostBytes })
  const long = new Date(Date.now() - 9 * 86_400_000)
  const old = Array.from({ length: 10 }, (_, index) => `old ${index}`)
  for (const key of [...old, 'used']) open().keep(key, 'x'.repeat(1_500))
  for (const file of filesBelow(directory)) utimesSync(file, long, long)
  writeFileSync(join(directory, 'no directory'), '')
  expect(open().read('used')).toBeDefined()
  for (let index = 0; index < 11; index += 1) open().keep(`new ${index}`, 'x'.repeat(1_500))
  atTheEnd()
  expect(old.filter((key) => open().read(key) !== undefined).length).toBeLessThan(10)
  expect(open().read('used')).toBeDefined()
})

it('a line that another process has not written to its end is no result, and those after it are', () => {
  const file = join(work, 'torn', 'log')
  keptLog(file, { mostBytes }).keep('one', 1)
  atTheEnd()
  appendFileSync(file, readFileSync(file, 'utf8').slice(0, 50))
  const kept = keptLog(file, { mostBytes })
  expect(kept.read('one')).toBe(1)
  kept.keep('two', 2)
  kept.keep('three', 3)
  atTheEnd()
  expect(keptLog(file, { mostBytes }).read('three')).toBe(3)
})
