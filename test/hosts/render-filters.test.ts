import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../lab/programs.mjs'
import { program } from './program.ts'
import { recommendation, renderGround } from './render-ground.ts'

const { checkout, root, run, write } = renderGround()
afterAll(checkout.remove)

describe('as a filter', () => {
  const filter = (input: string, ...args: readonly string[]) =>
    spawnSync(process.execPath, [program, 'render', '-', ...args], { cwd: root, input, encoding: 'utf8' })

  it('lays recommendations over what comes in', () => {
    write('.tortoise/web.json', recommendation('web', 'web', '11m'))
    const input = run('helm', ['template', 'web', 'charts/web', '--values', 'envs/prod/storefront.yaml'])
    const { status, stdout } = filter(input)
    expect(status).toBe(0)
    expect(stdout).toBe(input.replace('cpu: 1\n', 'cpu: 11m\n'))
  })

  it('hands on what it has nothing to say about', () => {
    expect(filter('kind: X\n', '--recommendations', 'plain/deep')).toMatchObject({
      status: 0,
      stdout: 'kind: X\n',
    })
    expect(filter('')).toMatchObject({ status: 0, stdout: '' })
  })
})

describe('as a post-renderer', () => {
  const home = mkdtempSync(join(tmpdir(), 'helm-home-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const bin = join(home, 'bin')
  const template = (helm: string, ...args: readonly string[]) =>
    spawnSync(join(helm, 'helm'), ['template', 'web', 'charts/web', ...args], {
      cwd: root,
      encoding: 'utf8',
      env: {
        HOME: home,
        HELM_PLUGINS: join(home, 'plugins'),
        PATH: [bin, dirname(process.execPath), process.env['PATH']].join(delimiter),
      },
    })
  beforeAll(() => {
    mkdirSync(bin)
    symlinkSync(program, join(bin, 'tortoise'))
    chmodSync(program, 0o755)
    write('.tortoise/web.json', recommendation('web', 'web', '11m'))
  })

  const laysOver = (helm: string, args: readonly string[]): void => {
    const { stdout, stderr, status } = template(helm, ...args)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('cpu: 11m')
    expect(template(helm).stdout).not.toContain('cpu: 11m')
  }

  it('Helm 3 takes the program with arguments', () => {
    const args = [
      '--post-renderer',
      'tortoise',
      '--post-renderer-args',
      'render',
      '--post-renderer-args',
      '-',
    ]
    laysOver(programDirectory('v31'), args)
  })

  it('Helm 4 takes it as an installed plugin', () => {
    const plugin = join(import.meta.dirname, '../../config/deploy/helm-plugin')
    cpSync(plugin, join(home, 'plugins/tortoise'), { recursive: true })
    laysOver(programDirectory('v35'), ['--post-renderer', 'tortoise'])
  })
})
