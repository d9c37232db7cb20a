import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { platformRefusal } from '../../plugin/io/platform.ts'
import { programDirectory } from '../lab/programs.mjs'
import { program } from './program.ts'

const dist = dirname(program)
const work = mkdtempSync(join(tmpdir(), 'tortoise-platforms-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Runs an entry point of the bundle, or a script, in a Node that says it is on another platform. */
function startedOn(
  platform: string,
  [entry = '', ...args]: readonly string[],
  PATH = process.env['PATH'] ?? '',
) {
  const change = `Object.defineProperty(process, 'platform', { value: ${JSON.stringify(platform)} })`
  const file = resolve(dist, entry)
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(change)}`, file, ...args]
  const env = { PATH, HTTP_PROXY: 'http://127.0.0.1:9' }
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, { cwd: work, encoding: 'utf8', env })
  return { status, stdout, stderr }
}

const refusal = platformRefusal('win32')

describe('on Windows', () => {
  it.each([
    { args: ['plan'] },
    { args: ['serve', '--once'] },
    { args: ['render'] },
    { args: ['demo'] },
    { args: ['help'] },
    { args: [] },
  ])('tortoise $args refuses with one line', ({ args }) => {
    expect(startedOn('win32', ['tortoise.js', ...args])).toEqual({
      status: 2,
      stdout: '',
      stderr: `error: ${refusal}\n`,
    })
  })

  it('the Action refuses with one line', () => {
    const { status, stdout, stderr } = startedOn('win32', ['action.js'])
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
    expect(stdout.replace('\r', '')).toBe(`::error::${refusal}\n`)
  })

  it('the version is printed, for whoever reports a problem', () => {
    expect(startedOn('win32', ['tortoise.js', '--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

it.each(['linux', 'darwin'])('on %s, the program starts', (platform) => {
  expect(platformRefusal(platform)).toBeUndefined()
  expect(startedOn(platform, ['tortoise.js', 'help']).status).toBe(0)
})

describe('the programs of the demo and the tests', () => {
  const machine = { platform: 'darwin', arch: 'arm64', searchPath: work }

  it('end npm run demo with one line where there are none', () => {
    const script = join(import.meta.dirname, '../lab/with-programs.mjs')
    expect(startedOn('darwin', [script, process.execPath, '--version'], work)).toEqual({
      status: 1,
      stdout: '',
      stderr: `npm has no kubectl for darwin ${process.arch}, and none is on PATH. Install kubectl.\n`,
    })
    expect(startedOn('win32', [script, process.execPath, '--version'], work).stdout).toMatch(/^v\d+/)
  })

  it('are named where npm has none for the platform and PATH has none', () => {
    expect(() => programDirectory('v35', machine)).toThrow(
      'npm has no kubectl for darwin arm64, and none is on PATH. Install kubectl.',
    )
  })

  it('are those on PATH where npm has none for the platform, and a line says so', () => {
    for (const name of ['kubectl', 'helm']) {
      writeFileSync(join(work, name), '#!/bin/sh\n')
      chmodSync(join(work, name), 0o755)
    }
    const script = `import { programDirectory } from ${JSON.stringify(join(import.meta.dirname, '../lab/programs.mjs'))}
      for (const version of ['v31', 'v35']) console.log(programDirectory(version, ${JSON.stringify(machine)}))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      encoding: 'utf8',
    })
    const [directory = '', other] = stdout.trim().split('\n')
    expect(other).toBe(directory)
    expect(realpathSync(join(directory, 'helm'))).toBe(realpathSync(join(work, 'helm')))
    expect(stderr).toBe(
      `npm has no kubectl and Helm for darwin arm64: ${join(work, 'kubectl')} and ${join(work, 'helm')} are used.\n`,
    )
    rmSync(directory, { recursive: true })
  })

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('are those of npm on Linux x64', () => {
    const files = ['kubectl', 'helm'].map((name) => readFileSync(join(programDirectory('v35'), name)))
    for (const bytes of files) expect(bytes.toString('latin1', 1, 4)).toBe('ELF')
  })
})
