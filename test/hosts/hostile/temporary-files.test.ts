import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { demoCheckout, demoFiles, program, tortoise } from '../program.ts'

const checkout = demoCheckout()
const snapshot = join(demoFiles, 'snapshot.json')
const mountPoint = mkdtempSync(join(tmpdir(), 'tortoise-full-'))
afterAll(() => {
  checkout.remove()
  rmSync(mountPoint, { recursive: true, force: true })
})

describe.each([['run'], ['plan'], ['trace']])('%s', (command) => {
  const args = command === 'trace' ? ['trace', 'apps/overlays/prod'] : [command, '--snapshot', snapshot]

  it('stops with what to do where the directory for temporary files does not exist', async () => {
    const ended = await tortoise(args, { cwd: checkout.directory, env: { TMPDIR: '/nonexistent' } })
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('/nonexistent does not exist') })
    expect(ended.stderr).toContain('set TMPDIR')
  })

  it('stops with what to do where the directory for temporary files is full', (context) => {
    const script = `mount -t tmpfs -o size=4k none "$1" && shift && exec "$@"`
    const inside = [process.execPath, program, ...args]
    const ended = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', mountPoint, ...inside], {
      cwd: checkout.directory,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: mountPoint, TORTOISE_SANDBOX: 'off' },
    })
    if (/unshare/.test(ended.stderr)) context.skip('User namespaces are not allowed on this machine.')
    expect(ended).toMatchObject({ status: 2, stderr: expect.stringContaining('no space is left') })
  })
})
