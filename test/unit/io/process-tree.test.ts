import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { type Invocation, runProgram } from '../../../plugin/io/process.ts'

const run = (args: readonly string[], more: Partial<Invocation> = {}) =>
  runProgram({ file: '/bin/sh', args, cwd: tmpdir(), env: { PATH: process.env['PATH'] ?? '' }, ...more })

const alive = (mark: string): string => spawnSync('pgrep', ['-f', mark], { encoding: 'utf8' }).stdout

describe('a program and all that it starts', () => {
  it('gives the output and the exit code of a program, with the given environment alone', async () => {
    const ended = await run(['-c', 'echo out; echo err >&2; env | grep -c ^TORTOISE_TEST; exit 3'])
    expect(ended).toMatchObject({ stdout: 'out\n0\n', stderr: 'err\n', exitCode: 3, timedOut: false })
  })

  it.each([{ joined: false }, { joined: true }])(
    'ends a program and all that it started at the time limit (joined: $joined)',
    async ({ joined }) => {
      const mark = `4${joined ? 1 : 2}42.4242`
      const script = `sh -c 'sleep ${mark} & sleep ${mark}' & sleep ${mark}`
      expect(await run(['-c', script], { timeoutMs: 1_000, joined })).toMatchObject({ timedOut: true })
      await expect.poll(() => alive(`sleep ${mark}`)).toBe('')
    },
  )

  it('ends what a program left behind when it ends by itself', async () => {
    const mark = '4343.4343'
    expect(await run(['-c', `sleep ${mark} >/dev/null 2>&1 & echo done`])).toMatchObject({ stdout: 'done\n' })
    await expect.poll(() => alive(`sleep ${mark}`)).toBe('')
  })

  it('counts the memory of what a program starts', async () => {
    const hungry = `const a = []; setInterval(() => a.push(Buffer.alloc(8 << 20, 1)), 5)`
    const ended = await run(['-c', `"${process.execPath}" -e '${hungry}'; true`], {
      maxMemoryBytes: 300 << 20,
      timeoutMs: 60_000,
    })
    expect(ended).toMatchObject({ tooLarge: true, timedOut: false })
  })

  it('counts the memory of what another thread of a program starts', async () => {
    const hungry = `const a = []; setInterval(() => a.push(Buffer.alloc(8 << 20, 1)), 5)`
    const thread = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(hungry)}])`
    const program = `new (require('node:worker_threads').Worker)(${JSON.stringify(thread)}, { eval: true })`
    const ended = await runProgram({
      file: process.execPath,
      args: ['-e', program],
      cwd: tmpdir(),
      env: {},
      maxMemoryBytes: 400 << 20,
      timeoutMs: 60_000,
    })
    expect(ended).toMatchObject({ tooLarge: true, timedOut: false })
  })

  it('ends a program that prints too much', async () => {
    expect(await run(['-c', 'yes'], { maxOutputBytes: 1 << 20 })).toMatchObject({ tooLong: true })
  })

  it('reports a program that cannot be started', async () => {
    const ended = await runProgram({ file: '/no/such/program', args: [], cwd: tmpdir(), env: {} })
    expect(ended).toMatchObject({ exitCode: null, stderr: expect.stringContaining('ENOENT') })
  })
})
