import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandEntry, commandFrom } from '../../plugin/hosts/cli/command-table.ts'
import { commands } from '../../plugin/hosts/cli/commands.ts'
import { describeCommands, hostToDescribe } from '../../plugin/hosts/cli/describe-commands.ts'
import { program, read } from './program.ts'

const dist = dirname(program)
const work = { root: '' }
beforeAll(() => {
  work.root = mkdtempSync(join(tmpdir(), 'tortoise-start-'))
})
afterAll(() => rmSync(work.root, { recursive: true, force: true }))

const names = Object.keys(commands)
const tracer = pathToFileURL(join(import.meta.dirname, '../lab/trace-modules.mjs')).href

/** Runs the built program; returns how it ended and the names of the files that Node loaded for it. */
function traced(...args: readonly string[]) {
  const log = join(work.root, 'loaded')
  rmSync(log, { force: true })
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', tracer, program, ...args], {
    cwd: work.root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', LOADED_MODULES: log },
  })
  const files = read(log)
    .split('\n')
    .filter((url) => url.startsWith('file:') && dirname(fileURLToPath(url)) === dist)
    .map((url) => basename(url))
  return { status, stdout, stderr, files }
}

/** The commands whose module is in a file of the bundle. */
const commandsIn = (file: string): readonly string[] =>
  [...read(dist, file).matchAll(/new Command\("([a-z]+)"\)/g)].flatMap(([, name = '']) =>
    names.includes(name) ? [name] : [],
  )

describe('the table of commands', () => {
  it('is what the build wrote', async () => {
    expect(JSON.parse(read(dist, 'commands.json'))).toEqual(
      JSON.parse(JSON.stringify(await describeCommands())),
    )
  })

  it('names every command as its module does, in the same order', async () => {
    expect((await describeCommands()).map(({ name }) => name)).toEqual(names)
  })

  it.each(names)('gives %s the help that its module gives', async (name) => {
    const table = JSON.parse(read(dist, 'commands.json')) as readonly CommandEntry[]
    const own = (await commands[name]?.())?.(hostToDescribe)
    const entry = table.find((one) => one.name === name)
    expect(entry && commandFrom(entry).helpInformation()).toBe(own?.helpInformation())
  })
})

describe('no command is loaded by', () => {
  it.each([
    ['--version', ['--version'], 0],
    ['-V', ['-V'], 0],
    ['--help', ['--help'], 0],
    ['the program by itself', [], 2],
    ['help of one command', ['help', 'plan'], 0],
    ['a command that does not exist', ['pln'], 2],
    ['an option that does not exist', ['--bogus'], 2],
  ])('%s', (_, args, status) => {
    const ended = traced(...args)
    expect(ended.status).toBe(status)
    expect(ended.files).toContain('tortoise.js')
    expect(ended.files.flatMap(commandsIn)).toEqual([])
  })

  it.each(['bash', 'zsh', 'fish'])('the completion of %s, but its own', (shell) => {
    const ended = traced('completion', shell)
    expect(ended.status).toBe(0)
    expect(ended.files.flatMap(commandsIn)).toEqual(['completion'])
  })

  it('another command', () => {
    expect(traced('discover', '--help').files.flatMap(commandsIn)).toEqual(['discover'])
  })
})

it('each command is in a file of its own', () => {
  const files = readdirSync(dist).filter((file) => file.endsWith('.js') && file !== 'action.js')
  const found = files.map(commandsIn).filter((inside) => inside.length > 0)
  expect(found.toSorted()).toEqual(names.map((name) => [name]).toSorted())
})

it('the version is printed by the entry alone, without commander', () => {
  const { files, stdout } = traced('--version')
  expect(files).toEqual(['tortoise.js'])
  expect(statSync(program).size).toBeLessThan(2000)
  expect(stdout).toBe(`${JSON.parse(read(import.meta.dirname, '../../package.json')).version}\n`)
})

it('a typo is answered with the nearest command', () => {
  expect(traced('pln').stderr).toContain('Did you mean plan?')
  expect(traced('snapshoot').stderr).toContain('Did you mean snapshot?')
  expect(traced('help').stdout).toContain('snapshot')
})
