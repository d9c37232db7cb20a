import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { program } from './program.ts'

const dist = dirname(program)
const again = mkdtempSync(join(tmpdir(), 'tortoise-dist-'))
afterAll(() => rmSync(again, { recursive: true, force: true }))

const digests = (directory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(directory)
      .filter((name) => name.endsWith('.js'))
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  )

it('the bundle is the same byte for byte when it is built again', () => {
  const root = dirname(dist)
  const built = spawnSync(process.execPath, ['build.mjs', again], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '' },
  })
  expect(built).toMatchObject({ status: 0, stdout: '', stderr: '' })
  expect(Object.keys(digests(dist))).toContain('action.js')
  expect(digests(again)).toEqual(digests(dist))
})
