import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { layerOf, layers } from './layers.ts'
import { root } from './modules.ts'

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')
const directory = mkdtempSync(join(tmpdir(), 'tortoise-walls-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const pure = ['model', 'yaml', 'recommend', 'edit', 'prove', 'report']
const withNode = ['io', 'run', 'hosts']
const rooms = layers.flat()
const folderOf = (room: string): string => (['renderers', 'config'].includes(room) ? room : `plugin/${room}`)

/** Lines that a new file in a subfolder of a room may not have. */
function forbiddenIn(room: string): readonly string[] {
  const up = room === 'renderers' || room === 'config' ? '../../' : '../../../'
  const walled = rooms.filter((other) => other !== room && layerOf(other) >= layerOf(room))
  const imports = walled.flatMap((other) => {
    const target = `'${up}${folderOf(other)}/new/file.ts'`
    return [
      `import { value${other} } from ${target}`,
      `import type { Type${other} } from ${target}`,
      `export { again${other} } from ${target}`,
      `export const late${other} = await import(${target})`,
    ]
  })
  const node = withNode.includes(room) ? [] : [`import { readFileSync } from 'node:fs'`]
  const world = ['Date.now()', 'Math.random()', 'performance.now()', 'process.env', 'fetch("x")', 'crypto']
  return [
    ...imports,
    ...node,
    ...(pure.includes(room) ? world.map((use, index) => `export const use${index} = ${use}`) : []),
  ]
}

/** Lints files below a copy of the project's rules; gives the lines with a finding by file. */
function lint(files: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, ReadonlySet<number>> {
  const rules = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
  writeFileSync(join(directory, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }))
  cpSync(join(root, 'config/lint'), join(directory, 'config/lint'), { recursive: true })
  for (const [file, lines] of files) {
    mkdirSync(dirname(join(directory, file)), { recursive: true })
    writeFileSync(join(directory, file), `${lines.join('\n')}\n`)
  }
  const found = new Map([...files.keys()].map((file) => [file, new Set<number>()]))
  for (const { path, line } of findings()) found.get(path)?.add(line)
  return found
}

function findings(): readonly { readonly path: string; readonly line: number }[] {
  const args = [biome, 'lint', '--reporter=github', '--max-diagnostics=none', '.']
  let printed = ''
  try {
    printed = execFileSync(process.execPath, args, { cwd: directory, encoding: 'utf8' })
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error)) throw error
    printed = String(error.stdout)
  }
  return [...printed.matchAll(/^::error title=([^,]*),file=([^,]*),line=(\d+),/gm)]
    .filter(([, title = '']) => /noRestrictedImports|noRestrictedGlobals|plugin/.test(title))
    .map(([, , path = '', line]) => ({
      path: relative(directory, resolve(directory, path)),
      line: Number(line),
    }))
}

describe('lint stops in a new file of a subfolder', () => {
  const files = new Map(rooms.map((room) => [`${folderOf(room)}/planted/file.ts`, forbiddenIn(room)]))
  const found = lint(files)

  it.each(rooms.map((room) => ({ room })))('of $room: every forbidden import and use', ({ room }) => {
    const file = `${folderOf(room)}/planted/file.ts`
    const missed = files.get(file)?.filter((_, index) => found.get(file)?.has(index + 1) !== true)
    expect(missed).toEqual([])
  })
})
