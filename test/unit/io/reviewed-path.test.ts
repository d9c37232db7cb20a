import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leadsInto, searchDirectories } from '../../../plugin/io/reviewed-path.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'tortoise-reviewed-')))
const at = (path: string): string => join(root, path)
beforeAll(() => {
  for (const name of ['repository/bin', 'repository-2', 'outside']) mkdirSync(at(name), { recursive: true })
  writeFileSync(at('repository/file'), '')
  symlinkSync('../repository', at('outside/link'))
  symlinkSync('../repository/file', at('outside/file'))
  symlinkSync('../outside', at('repository/away'))
  symlinkSync('repository', at('alias'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a path leads into the repository', () => {
  it.each([
    ['the repository itself', 'repository', true],
    ['a file in it', 'repository/file', true],
    ['a file in it that does not exist', 'repository/none/none', true],
    ['a link to it', 'outside/link', true],
    ['a file below a link to it', 'outside/link/file', true],
    ['a file that does not exist below a link to it', 'outside/link/none/none', true],
    ['a link to a file in it', 'outside/file', true],
    ['a link in it that leads away', 'repository/away', true],
    ['a path with steps back', 'outside/../repository/file', true],
    ['a directory whose name begins like its name', 'repository-2', false],
    ['a directory beside it', 'outside', false],
    ['the directory above it', '.', false],
  ])('%s', (_, path, leads) => {
    expect(leadsInto(at('repository'), at(path))).toBe(leads)
  })

  it('where the repository is named through a link', () => {
    expect(leadsInto(at('alias'), at('repository/file'))).toBe(true)
    expect(leadsInto(at('alias'), at('outside/link/file'))).toBe(true)
    expect(leadsInto(at('alias'), at('outside'))).toBe(false)
  })

  it('never the root of the file system', () => {
    expect(leadsInto('/', at('outside'))).toBe(false)
  })
})

it('a search path loses relative directories and those that lead into the repository', () => {
  const path = ['', '.', 'bin', at('repository/bin'), at('outside/link'), at('outside')].join(delimiter)
  expect(searchDirectories(path, at('repository'))).toEqual([at('outside')])
  expect(searchDirectories(path, undefined)).toHaveLength(3)
})
