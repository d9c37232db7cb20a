import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './modules.ts'

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')

it('lint stops at a regular expression that is made at run time', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-expressions-'))
  const rules = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
  writeFileSync(join(directory, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }))
  cpSync(join(root, 'config/lint'), join(directory, 'config/lint'), { recursive: true })
  mkdirSync(join(directory, 'plugin/run'), { recursive: true })
  writeFileSync(
    join(directory, 'plugin/run/new.ts'),
    'export const made = (text: string) => new RegExp(text)\n',
  )
  const lint = () =>
    execFileSync(process.execPath, [biome, 'lint', '.'], { cwd: directory, encoding: 'utf8', stdio: 'pipe' })
  expect(lint).toThrow(/match in linear time/)
  rmSync(directory, { recursive: true, force: true })
})
