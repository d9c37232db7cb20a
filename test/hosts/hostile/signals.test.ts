import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { program } from '../program.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-signals-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A manifest that takes minutes to be traced, within what is read of one file. */
const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {containers: [{name: app, image: x, resources: {requests: {cpu: 500m}}}]}}}
x:
${'- a\n'.repeat(590_000)}`

it.each(['SIGTERM', 'SIGINT'] as const)(
  'a %s ends the program at once, also while it parses a large file',
  async (signal) => {
    mkdirSync(join(root, 'm'), { recursive: true })
    writeFileSync(join(root, 'm/web.yaml'), manifest)
    const args = ['set', 'm', '--workload', 'Deployment/web', '--set', 'requests.cpu=100m', '--dry-run']
    const child = spawn(process.execPath, [program, ...args, '--repo', root], { stdio: 'ignore' })
    const closed = new Promise<string | number | null>((resolve) =>
      child.on('close', (code, by) => resolve(by ?? code)),
    )
    await sleep(4_000)
    child.kill(signal)
    const late = sleep(5_000, 'it goes on')
    const ended = await Promise.race([closed, late])
    child.kill('SIGKILL')
    expect(ended).toBe(signal)
  },
  30_000,
)
