import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../lab/programs.mjs'
import { program, tortoise } from './program.ts'

const hasTmux = spawnSync('tmux', ['-V']).status === 0
if (!hasTmux) console.warn('tmux is not on the PATH: what a terminal shows is not tested')

const root = mkdtempSync(join(tmpdir(), 'tortoise-terminal-'))
const shop = join(root, 'shop')
const socket = join(root, 'tmux')
const tmux = (...args: readonly string[]): string =>
  execFileSync('tmux', ['-S', socket, ...args], { encoding: 'utf8' })

interface Shown {
  /** What the terminal shows at the end, line by line. */
  readonly lines: readonly string[]
  /** All that was written to it. */
  readonly raw: string
}

/** Runs the built program in a real terminal of a width. */
async function inTerminal(
  columns: number,
  args: readonly string[],
  env: readonly string[] = [],
): Promise<Shown> {
  const name = `t${columns}-${env.join('-').replace(/\W/g, '')}`
  const log = join(root, `${name}.log`)
  const path = `PATH=${programDirectory('v35')}:${process.env['PATH'] ?? ''}`
  const command = ['env', '-u', 'CI', '-u', 'NO_COLOR', path, ...env, process.execPath, program, ...args]
  const line = `${command.map((one) => `'${one}'`).join(' ')}; echo "ended $?"; sleep 60`
  // The command waits for a line, so that the log has all of it.
  tmux('new-session', '-d', '-s', name, '-x', String(columns), '-y', '50', `read -r start; ${line}`)
  tmux('set-option', '-t', name, 'history-limit', '5000')
  tmux('pipe-pane', '-t', name, `cat > ${log}`)
  tmux('send-keys', '-t', name, '', 'Enter')
  for (let tries = 0; tries < 240; tries += 1) {
    await sleep(250)
    const text = tmux('capture-pane', '-p', '-J', '-t', name, '-S', '-')
    const isLogged = existsSync(log) && /ended \d/.test(readFileSync(log, 'utf8'))
    if (!/^ended \d/m.test(text) || !isLogged) continue
    const lines = tmux('capture-pane', '-p', '-t', name, '-S', '-').trimEnd().split('\n').slice(0, -1)
    tmux('kill-session', '-t', name)
    return { lines: lines.slice(lines.findIndex((one) => one !== '')), raw: readFileSync(log, 'utf8') }
  }
  throw new Error('the program did not end')
}

const plan = () => ['plan', '--repo', shop, '--snapshot', join(shop, 'usage.json')]
const words = (text: string): readonly string[] => text.split(/[\s├└]+/).filter(Boolean)
const escapes = (raw: string): readonly string[] => raw.match(/\[\d+m/g) ?? []

describe.skipIf(!hasTmux)('a terminal', () => {
  const piped = { text: '' }
  beforeAll(async () => {
    expect(await tortoise(['demo', '--keep', shop])).toMatchObject({ status: 0 })
    piped.text = (await tortoise(plan())).stdout
  }, 60_000)
  afterAll(() => {
    spawnSync('tmux', ['-S', socket, 'kill-server'])
    rmSync(root, { recursive: true, force: true })
  })

  it.each([80, 100, 140])(
    'of %i columns shows every word whole, and the first line by itself',
    async (columns) => {
      const { lines, raw } = await inTerminal(columns, plan())
      expect(lines[0]).toMatch(/^31 values of 10 workloads should change\./)
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
      const shown = words(lines.join('\n')).filter((one) => one !== 'WHERE')
      expect([...shown].sort()).toEqual(
        words(piped.text)
          .filter((one) => one !== 'WHERE')
          .sort(),
      )
      expect(escapes(raw)).toContain('[2m')
    },
    60_000,
  )

  it.each([['NO_COLOR=1'], ['TERM=dumb'], ['CI=true']])(
    'with %s gets neither colours nor a live line',
    async (variable) => {
      const { lines, raw } = await inTerminal(100, plan(), [variable])
      expect(lines[0]).toMatch(/^31 values of 10 workloads/)
      expect(escapes(raw)).toEqual([])
      expect(raw).not.toMatch(/prove|observe/)
    },
    60_000,
  )

  it('shows the backtest, whose table is 158 columns wide, below each other', async () => {
    const { lines } = await inTerminal(80, [
      'backtest',
      ...plan().slice(1),
      '--profile',
      'steady',
      '--profile',
      'vpa',
    ])
    const first = lines.indexOf('prod shop Deployment/cart')
    expect(lines.slice(first, first + 4).map((one) => one.split(/ {2,}/))).toEqual([
      ['prod shop Deployment/cart'],
      ['', 'profile', 'today', 'steady', 'vpa'],
      ['', 'USD a month', expect.any(String), expect.any(String), expect.any(String)],
      ['', 'against today', expect.any(String), expect.any(String)],
    ])
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80)
  }, 60_000)

  it('does not break the lines of files and differences, which people copy', async () => {
    const { lines } = await inTerminal(60, [
      'init',
      '--repo',
      shop,
      '--dry-run',
      '--offline',
      '--no-workflow',
      '--force',
    ])
    expect(lines.some((line) => line.startsWith('# yaml-language-server: $schema=http'))).toBe(true)
  }, 60_000)

  it('gets each step with --verbose, and nothing but results with --quiet', async () => {
    const verbose = await tortoise([...plan(), '--verbose'])
    expect(verbose.stderr).toMatch(/^prove \d+ files$/m)
    const quiet = await tortoise(['--quiet', ...plan()])
    expect(quiet).toEqual({ status: 0, stdout: piped.text, stderr: '' })
  }, 60_000)

  it('is the only place with colours, unless they are forced', async () => {
    expect(escapes(piped.text)).toEqual([])
    const forced = await tortoise(plan(), { env: { FORCE_COLOR: '1' } })
    expect(escapes(forced.stdout)).toContain('[2m')
    expect(forced.stdout.split('\n').length).toBe(piped.text.split('\n').length)
  }, 60_000)
})

describe('plan --workload', () => {
  beforeAll(async () => {
    await tortoise(['demo', '--keep', join(root, 'other')])
  }, 60_000)
  const other = () => ['plan', '--repo', join(root, 'other'), '--snapshot', join(root, 'other/usage.json')]

  it('plans that workload alone', async () => {
    const { status, stdout } = await tortoise([
      ...other(),
      '--workload',
      'Deployment/cart',
      '--workload',
      'shop/Deployment/search',
      '-o',
      'json',
    ])
    expect(status).toBe(0)
    const { recommendations } = JSON.parse(stdout) as { recommendations: { workload: { name: string } }[] }
    expect(new Set(recommendations.map(({ workload }) => workload.name))).toEqual(new Set(['cart', 'search']))
  }, 60_000)

  it.each([
    ['Deployment/none', 'no source declares Deployment/none'],
    ['cart', '--workload cart is not [NAMESPACE/]Kind/name'],
  ])(
    '%s is refused',
    async (name, message) => {
      const { status, stderr } = await tortoise([...other(), '--workload', name])
      expect(status).toBe(2)
      expect(stderr).toContain(message)
    },
    60_000,
  )

  it('is refused with shards', async () => {
    const { status, stderr } = await tortoise([
      ...other(),
      '--workload',
      'Deployment/cart',
      '--shard',
      '1/2',
      '--out',
      join(root, 'part.json'),
    ])
    expect(status).toBe(2)
    expect(stderr).toContain('--workload and --shard exclude each other')
  }, 60_000)
})
