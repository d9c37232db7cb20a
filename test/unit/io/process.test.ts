import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import type { Invocation } from '../../../plugin/io/process.ts'
import { runProgram } from '../../../plugin/io/process.ts'

const node = (script: string, more: Partial<Invocation> = {}) =>
  runProgram({ file: process.execPath, args: ['-e', script], cwd: '/', env: {}, ...more })

/** True when the process exists. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Waits up to 20 s for a condition; false when it does not become true. */
async function until(holds: () => boolean): Promise<boolean> {
  for (let step = 0; step < 2_000; step += 1) {
    if (holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return false
}

describe('a program', () => {
  it('runs without a shell; the outcome has its command, exit code and output', async () => {
    const script = "process.stdout.write('out'); process.stderr.write('err'); process.exitCode = 3"
    expect(await node(script)).toEqual({
      command: `${process.execPath} -e ${script}`,
      elapsedMs: expect.any(Number),
      exitCode: 3,
      stdout: 'out',
      stderr: 'err',
      timedOut: false,
      tooLong: false,
      tooLarge: false,
    })
    expect(
      await node('console.log(process.argv[1])', {
        args: ['-e', 'console.log(process.argv[1])', '$HOME; ls'],
      }),
    ).toMatchObject({
      stdout: '$HOME; ls\n',
    })
  })

  it('has only the given environment, and the given directory', async () => {
    const script = 'console.log(process.cwd(), JSON.stringify(process.env))'
    expect((await node(script, { env: { A: 'b' }, cwd: '/usr' })).stdout).toBe('/usr {"A":"b"}\n')
  })

  it('that does not exist gives an outcome, not an error', async () => {
    expect(await node('', { file: '/nowhere/program' })).toMatchObject({
      exitCode: null,
      stdout: '',
      stderr: expect.stringContaining('ENOENT'),
      timedOut: false,
    })
  })

  it('has an empty standard input', async () => {
    expect(
      await node("process.stdin.on('data', () => {}).on('end', () => console.log('end'))"),
    ).toMatchObject({ stdout: 'end\n' })
  })

  it('may print the bytes of one character in two pieces', async () => {
    const script =
      'process.stdout.write(Buffer.from([0xe2])); setTimeout(() => process.stdout.write(Buffer.from([0x82, 0xac])), 20)'
    expect((await node(script)).stdout).toBe('€')
  })
})

describe('the limits of a program', () => {
  it('end it after its timeout', async () => {
    expect(await node('setInterval(() => {}, 1000)', { timeoutMs: 50 })).toMatchObject({
      exitCode: null,
      timedOut: true,
      tooLong: false,
      tooLarge: false,
    })
  })

  it('end it when it prints too much; earlier output is kept', async () => {
    const endless = "const more = () => process.stdout.write('x'.repeat(1000), more); more()"
    const { stdout, ...outcome } = await node(endless, { maxOutputBytes: 100_000 })
    expect(outcome).toMatchObject({ exitCode: null, tooLong: true, timedOut: false, tooLarge: false })
    expect(stdout.length).toBeLessThanOrEqual(100_000)
  })

  it('count standard output and standard error together', async () => {
    const both =
      "process.stdout.write('x'.repeat(60)); process.stderr.write('y'.repeat(60)); setInterval(() => {}, 1000)"
    expect(await node(both, { maxOutputBytes: 119 })).toMatchObject({ tooLong: true })
    expect(await node("process.stdout.write('x'.repeat(120))", { maxOutputBytes: 120 })).toMatchObject({
      tooLong: false,
      exitCode: 0,
    })
  })

  it.runIf(process.platform === 'linux')('end it when it uses too much memory', async () => {
    const hungry = 'const all = []; setInterval(() => all.push(Buffer.alloc(1e6, 1)), 1)'
    expect(await node(hungry, { maxMemoryBytes: 200e6 })).toMatchObject({
      exitCode: null,
      tooLarge: true,
      timedOut: false,
      tooLong: false,
    })
  })

  it('also end the programs that it started', async () => {
    const parent = `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
      console.log(child.pid); setInterval(() => {}, 1000)`
    // It prints the id of its child, then too much, which ends it.
    const { stdout } = await node(`${parent}; setTimeout(() => process.stdout.write('x'.repeat(5000)), 50)`, {
      maxOutputBytes: 1000,
    })
    const pid = Number.parseInt(stdout, 10)
    expect(pid).toBeGreaterThan(0)
    expect(await until(() => !isRunning(pid))).toBe(true)
  })

  it.each([true, false])('end it in any process group: joined %s', async (joined) => {
    expect(await node('setInterval(() => {}, 1000)', { timeoutMs: 50, joined })).toMatchObject({
      timedOut: true,
    })
  })

  it('run at most one program per core at the same time', async () => {
    const places = availableParallelism()
    const script = 'console.log(Date.now()); setTimeout(() => console.log(Date.now()), 100)'
    const outcomes = await Promise.all(Array.from({ length: places * 2 + 1 }, () => node(script)))
    const spans = outcomes.map(({ stdout }) => stdout.trim().split('\n').map(Number))
    // For the start of each one: those that were running then.
    const running = spans.map(([from = 0]) =>
      spans.filter(([begin = 0, end = 0]) => begin <= from && end > from),
    )
    expect(Math.max(...running.map(({ length }) => length))).toBeLessThanOrEqual(places)
    expect(outcomes.every(({ exitCode }) => exitCode === 0)).toBe(true)
  })
})
