import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../plugin/model/json.ts'
import { fieldsOf } from '../../plugin/model/manifest.ts'
import { demoExcerpt, demoPage, settled } from '../lab/demo-pages.ts'
import { demoSources, type Ended, git, program, read, renderBare, tortoise } from './program.ts'

const project = join(import.meta.dirname, '../..')
const work = { root: '', directory: '', demo: { status: null, stdout: '', stderr: '' } as Ended }

beforeAll(async () => {
  work.root = mkdtempSync(join(tmpdir(), 'tortoise-demo-test-'))
  work.directory = join(work.root, 'shop')
  work.demo = await tortoise(['demo', '--keep', work.directory])
})
afterAll(() => rmSync(work.root, { recursive: true, force: true }))

interface Change {
  readonly source: string
  readonly workload: { readonly kind: string; readonly name: string; readonly namespace: string }
  readonly container?: string
  readonly field: string
  readonly to: string
}

/** Every literal value of a rendering by its address, and the rendering with those values blanked. */
function split(objects: readonly JsonObject[]) {
  const rest = structuredClone(objects) as JsonObject[]
  const values = new Map<string, string>()
  for (const { workload, container = '', field, value, object, path } of fieldsOf(objects, 'shop')) {
    values.set([workload.kind, workload.name, container, field].join(' '), value)
    let at = rest[object] as unknown as Record<string | number, unknown>
    for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>
    at[path.at(-1) ?? ''] = 'blank'
  }
  return { values, rest }
}

interface Cost {
  readonly costPerMonth: number
}

describe('the demo', () => {
  it('ends with a commit on a branch, the table, the proof and the place', () => {
    expect(work.demo).toMatchObject({ status: 0, stderr: '' })
    expect(work.demo.stdout).toMatch(
      /requests\.memory +192Mi +→ +356Mi .*apps\/overlays\/prod\/kustomization\.yaml:31/,
    )
    expect(work.demo.stdout).toContain('Proved by rendering')
    expect(work.demo.stdout).toMatch(/files? changed, \d+ insertions/)
    expect(work.demo.stdout).toContain(work.directory)
    expect(git(work.directory, 'branch', '--format=%(refname:short)').split('\n')).toContain(
      'tortoise/right-size',
    )
    expect(git(work.directory, 'fsck', '--strict', '--no-dangling')).toBe('')
  })

  it('is what the README and its page show', () => {
    const page = read(project, 'README.md')
    const excerpt = /<!-- demo -->\n```text\n([\s\S]*?)\n```\n<!-- \/demo -->/.exec(page)?.[1]
    const output = settled(work.demo.stdout.replaceAll(work.directory, '/tmp/tortoise-demo'))
    expect(excerpt).toBe(demoExcerpt(output))
    expect(read(project, 'docs/demo.md')).toBe(demoPage(output))
  })

  it('leaves the work tree and the branch that is checked out alone', () => {
    expect(git(work.directory, 'status', '--porcelain')).toBe('')
    expect(git(work.directory, 'rev-parse', '--abbrev-ref', 'HEAD').trim()).toBe('main')
  })

  it('changes bytes of values or whole inserted lines, and nothing else', () => {
    const diff = git(
      work.directory,
      'diff',
      '--unified=0',
      '--diff-algorithm=histogram',
      '--word-diff=porcelain',
      '--word-diff-regex=[^[:space:]]+',
      'main',
      'tortoise/right-size',
    )
    const removed = diff.split('\n').filter((line) => /^-[^-]/.test(line))
    const sizes = /^-(["'{]?cpu: )?["']?\d+(\.\d+)?(m|Mi|Gi|MiB)?["']?[,}]*$/
    expect(removed.filter((line) => !sizes.test(line))).toEqual([])
    expect(removed.length).toBeGreaterThan(15)
  })

  it('changes in the renderings of the bare programs exactly the fields that the report lists', async () => {
    const listed = await tortoise([
      'plan',
      '--repo',
      work.directory,
      '--snapshot',
      join(program, '../demo/snapshot.json'),
      '-o',
      'json',
    ])
    const { changes } = JSON.parse(listed.stdout) as { changes: readonly Change[] }
    expect(changes.length).toBeGreaterThan(20)
    const before = demoSources.map(({ args }) => split(renderBare(work.directory, args)))
    git(work.directory, 'checkout', '--quiet', 'tortoise/right-size')
    const after = demoSources.map(({ args }) => split(renderBare(work.directory, args)))
    git(work.directory, 'checkout', '--quiet', 'main')
    demoSources.forEach(({ id }, index) => {
      const wanted = changes
        .filter(({ source }) => source === id)
        .map(({ workload, container = '', field, to }) => [
          [workload.kind, workload.name, container, field].join(' '),
          to,
        ])
      const moved = [...(after[index]?.values ?? [])].filter(
        ([key, value]) => before[index]?.values.get(key) !== value,
      )
      expect(Object.fromEntries(moved)).toEqual(Object.fromEntries(wanted))
      expect(after[index]?.rest).toEqual(before[index]?.rest)
    })
  })

  it('makes no second commit when the same is run again', async () => {
    const head = git(work.directory, 'rev-parse', 'tortoise/right-size')
    const again = await tortoise([
      'run',
      '--repo',
      work.directory,
      '--snapshot',
      join(program, '../demo/snapshot.json'),
    ])
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining('Already committed') })
    expect(git(work.directory, 'rev-parse', 'tortoise/right-size')).toBe(head)
  })

  it('has the same savings in the weekly summary, in the plan and in the report', async () => {
    const operator = join(work.root, 'operator.yaml')
    writeFileSync(operator, 'notify: { targets: [{ name: team, type: webhook, urlEnv: TEAM_URL }] }\n')
    const on = async (command: string, ...args: readonly string[]) => {
      const snapshot = join(program, '../demo/snapshot.json')
      const given = ['--repo', work.directory, '--snapshot', snapshot, '--operator-settings', operator]
      const ended = await tortoise([command, ...given, ...args])
      return { ...ended, read: JSON.parse(ended.stdout) }
    }
    const summary = await on('notify', '--dry-run')
    const { backtest } = (await on('plan', '-o', 'json')).read
    const figures: readonly { before: Cost; after: Cost }[] = backtest.workloads
    const saved = figures.reduce((sum, one) => sum + one.before.costPerMonth - one.after.costPerMonth, 0)
    expect(summary.read.team.proposed).toEqual({
      values: expect.any(Number),
      workloads: figures.length,
      savesPerMonth: Number(saved.toFixed(2)),
    })
    expect(summary.read.team.currency).toBe(backtest.currency)
    const report = (await on('report', '-o', 'json')).read
    expect(report.currency).toBe(backtest.currency)
    const savings: readonly { saves?: number }[] = report.workloads
    expect(savings.reduce((sum, { saves = 0 }) => sum + saves, 0)).toBeCloseTo(saved, 1)
    expect(summary.stderr).toContain('nothing would record it: deliver.pullRequests.dashboard is not set')
    expect(summary.stderr).toMatch(/would not be sent to team: .*TEAM_URL, which is empty/)
  })

  it('refuses a directory that is not empty', async () => {
    const again = await tortoise(['demo', '--keep', work.directory])
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('is not empty') })
    expect(existsSync(join(work.directory, '.git'))).toBe(true)
  })
})
