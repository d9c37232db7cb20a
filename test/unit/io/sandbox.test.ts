import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findSandbox, type InsideCommand, type Sandbox } from '../../../plugin/io/sandbox.ts'

const directory = mkdtempSync(join(tmpdir(), 'tortoise-sandbox-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const path = process.env['PATH'] ?? ''
const best = findSandbox(path)
/** The second choice, found by hiding the first. */
const tools: readonly (Sandbox | undefined)[] = [
  best,
  best?.tool === 'bwrap' ? findSandbox('', ['unshare']) : undefined,
]
const present = tools.filter((tool) => tool !== undefined)
if (present.length === 0) console.warn('No sandbox works on this machine; its tests are skipped.')

function run(sandbox: Sandbox, script: string) {
  const home = mkdtempSync(join(directory, 'run-'))
  mkdirSync(join(home, 'tree'))
  mkdirSync(join(home, 'root'))
  writeFileSync(join(home, 'tree/inside.txt'), 'laid\n')
  writeFileSync(join(home, 'outside.txt'), 'TOP-SECRET\n')
  const command: InsideCommand = {
    directory: join(home, 'tree'),
    root: join(home, 'root'),
    programs: [{ name: 'sh', file: '/bin/sh' }],
    args: ['-c', script],
    env: { HOME: '/work', PATH: '/usr/bin:/bin' },
    shell: true,
  }
  const { file, args } = sandbox.wrap(command)
  const env = { SECRET_TOKEN: 'hunter2' }
  const ended = spawnSync(file, args, { encoding: 'utf8', cwd: '/', env, timeout: 30_000 })
  return { ...ended, home }
}

describe.each(present.map((sandbox) => ({ tool: sandbox.tool, sandbox })))(
  'a program inside $tool',
  ({ sandbox }) => {
    it('reads the laid tree as its working directory and cannot change it', () => {
      const { stdout, status, home } = run(
        sandbox,
        'cat inside.txt; pwd; (echo x > inside.txt) 2>/dev/null; echo x > /tmp/y',
      )
      expect({ stdout, status }).toEqual({ stdout: 'laid\n/work\n', status: 0 })
      expect(readFileSync(join(home, 'tree/inside.txt'), 'utf8')).toBe('laid\n')
    })

    it('sees nothing else of the host: no file beside the tree, no home, no /etc, no /proc', () => {
      const { stdout } = run(
        sandbox,
        `cat ../outside.txt ${directory}/*/outside.txt 2>/dev/null; ls / | sort | tr '\\n' ' '`,
      )
      expect(stdout).not.toContain('TOP-SECRET')
      for (const name of ['etc', 'home', 'root', 'proc', 'sys', 'var'])
        expect(stdout.split(' ')).not.toContain(name)
    })

    it('has no network: even the loopback of the host is another one', () => {
      const connect = `import socket; socket.create_connection(("127.0.0.1", 9), 2)`
      const { stdout, stderr } = run(sandbox, `cat /sys/class/net/* 2>&1; python3 -c '${connect}' 2>&1; true`)
      expect(stdout + stderr).toMatch(/unreachable|not found|No such file|refused/i)
    })

    it('gets the given environment alone', () => {
      expect(run(sandbox, 'env | sort').stdout).not.toContain('hunter2')
    })

    it('cannot leave by changing its root, nor make namespaces, nor mount', () => {
      const { stdout } = run(
        sandbox,
        'mkdir -p /tmp/d; chroot /tmp/d /bin/true 2>/dev/null && echo left; mount -t tmpfs none /tmp 2>/dev/null && echo mounted; true',
      )
      expect(stdout).toBe('')
    })

    it('cannot change the programs', () => {
      const { stdout } = run(sandbox, 'echo x > /programs/sh 2>/dev/null && echo changed; true')
      expect(stdout).toBe('')
    })

    it('takes its children with it when it is killed', async () => {
      const { file, args } = sandbox.wrap({
        directory,
        root: mkdtempSync(join(directory, 'root-')),
        programs: [{ name: 'sh', file: '/bin/sh' }],
        args: ['-c', 'sleep 3141 & sleep 3141; true'],
        env: { PATH: '/usr/bin:/bin' },
        shell: true,
      })
      spawnSync(file, args, { timeout: 1_500, killSignal: 'SIGKILL' })
      await new Promise((resolve) => setTimeout(resolve, 500))
      expect(spawnSync('pgrep', ['-f', 'sleep 3141'], { encoding: 'utf8' }).stdout).toBe('')
    })

    it('gives the exit code of the program', () => {
      expect(run(sandbox, 'exit 7').status).toBe(7)
    })
  },
)

it('finds none where no tool is', () => {
  expect(findSandbox('/nonexistent', [])).toBeUndefined()
})
