import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printSnapshot } from '../../plugin/observe/snapshot.ts'
import { recordedUsage } from '../unit/recommend/builders.ts'
import { git, program, tortoise } from './program.ts'

const end = Date.UTC(2026, 8, 15)
const frame = { first: end / 1000 - 14 * 86_400 + 3600, step: 3600, count: 14 * 24 }
const work = mkdtempSync(join(tmpdir(), 'tortoise-one-bad-'))

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: web, image: x, resources: {requests: {cpu: "2"}}}
`

beforeAll(() => {
  for (const name of ['good', 'cyclic', 'conflict']) mkdirSync(join(work, name))
  writeFileSync(join(work, 'good/web.yaml'), manifest)
  writeFileSync(join(work, 'cyclic/web.yaml'), `${manifest}---\nkind: X\nmetadata: &m {labels: [*m]}\n`)
  writeFileSync(join(work, 'conflict/web.yaml'), `${manifest}<<<<<<< HEAD\nspec: 1\n=======\n`)
  const sources = ['good', 'cyclic', 'conflict'].map(
    (path) => `  - {path: ${path}, cluster: prod, namespace: shop}\n`,
  )
  writeFileSync(join(work, 'tortoise.yaml'), `clusters: [{name: prod}]\nsources:\n${sources.join('')}`)
  const observation = {
    cluster: 'prod',
    workload: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
    window: { from: new Date(end - 14 * 86_400_000).toISOString(), to: new Date(end).toISOString() },
    days: 14,
    coverage: 1,
    containers: [
      { container: 'web', oomKills: 0, ...recordedUsage({ cpu: () => 100, memory: () => 1e8 }, frame) },
    ],
  }
  const head = { kind: 'TortoiseSnapshot', version: 2, recordedAt: new Date(end).toISOString() } as const
  writeFileSync(join(work, 'snapshot.json'), printSnapshot({ ...head, observations: [observation] }))
  git(work, 'init', '--quiet', '--initial-branch=main')
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const plan = ['plan', '--repo', work, '--snapshot', join(work, 'snapshot.json')]

describe('a file that cannot be read', () => {
  it('stops its source alone, and the plan names the file and the line', async () => {
    const { status, stdout } = await tortoise(plan)
    expect(status).toBe(0)
    expect(stdout).toContain('good/web.yaml:8')
    expect(stdout).toMatch(/cyclic\/web\.yaml:\d+:\d+: not YAML: The alias \*m contains itself/)
    expect(stdout).toMatch(/conflict\/web\.yaml:\d+:\d+: not YAML/)
  })
})

describe('a reader that closes the pipe', () => {
  it('ends the program without a message of a bug', async () => {
    const child = spawn(process.execPath, [program, ...plan, '-o', 'json'], {
      env: { PATH: process.env['PATH'] ?? '' },
    })
    let errors = ''
    child.stderr.on('data', (text: Buffer) => (errors += text))
    child.stdout.destroy()
    const status = await new Promise((resolve) => child.on('close', resolve))
    expect(status).toBe(0)
    expect(errors).not.toContain('bug')
  })
})
