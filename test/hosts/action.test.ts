import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import reportSchema from '../../config/report.schema.json' with { type: 'json' }
import { demoFiles, git, read } from './program.ts'
import { hasNode24, type Step } from './runner.ts'
import { openShop, type Shop } from './shop.ts'

const token = 'ghs_1234_eyJhbGciOi.J9fake-token.for-tests-only-0001'
let work: Shop
beforeAll(async () => {
  work = await openShop({ token })
})
afterAll(() => work.close())

const step = (inputs: Readonly<Record<string, string>>): Promise<Step> => work.step(inputs)
const action = read(import.meta.dirname, '../../action.yml')
const isOfPass = (output: string): boolean => output !== 'objections'
const snapshot = join(demoFiles, 'snapshot.json')

describe.skipIf(!hasNode24)('the Action under Node 24', () => {
  it('pushes a commit, opens a pull request, and writes outputs and a summary', async () => {
    const ended = await step({ 'github-token': token, snapshot, mode: 'pull-request' })
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    const branches = git(work.bare, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/tortoise')
      .trim()
      .split('\n')
    expect(branches).toContain(ended.outputs['branch'])
    expect(Object.keys(ended.outputs)).toEqual(Object.keys(parse(action).outputs).filter(isOfPass))
    expect(ended.outputs).toMatchObject({
      changed: 'true',
      commit: git(work.bare, 'rev-parse', ended.outputs['branch'] ?? '').trim(),
      'pull-request-number': '1',
    })
    expect(Number(ended.outputs['changes'])).toBeGreaterThan(20)
    expect(git(work.bare, 'fsck', '--strict')).toBe('')
    for (const branch of branches)
      expect(git(work.bare, 'rev-list', '--count', `main..${branch}`).trim()).toBe('1')
    expect(work.github.pulls.map(({ head }) => head.ref).sort()).toEqual(branches)
    expect(work.github.pulls).toMatchObject(
      branches.map(() => ({
        state: 'open',
        title: expect.stringMatching(/^perf\(resources\): right-size /),
      })),
    )
    expect(work.github.pulls[0]?.body).toContain('| Workload | Container |')
    const { outputs, summary } = ended
    const numbers = work.github.pulls.map(({ number }) => String(number))
    expect(numbers.length).toBeGreaterThan(1)
    expect(outputs['pull-request-numbers']?.split('\n').sort()).toEqual(numbers)
    expect(outputs['pull-request-urls']?.split('\n').sort()).toEqual(
      work.github.pulls.map(({ html_url: url }) => url),
    )
    expect(JSON.parse(outputs['pull-requests'] ?? '')).toHaveLength(numbers.length)
    const report = JSON.parse(readFileSync(outputs['report'] ?? '', 'utf8')) as {
      readonly changes: readonly unknown[]
      readonly skipped: readonly unknown[]
    }
    expect(outputs).toMatchObject({
      changes: String(report.changes.length),
      skipped: String(report.skipped.length),
    })
    for (const { number, html_url: url } of work.github.pulls)
      expect(summary).toContain(`| [#${number}](${url}) |`)
    expect(summary).toContain('| Workload | Container |')
    expect(summary.match(/^xychart-beta$/gm)?.length).toBeGreaterThan(10)
    const validate = new Ajv2020({ strict: false }).compile(reportSchema)
    validate(report)
    expect(validate.errors).toBeNull()
  })

  it('run again in a fresh checkout pushes nothing and leaves the pull request as it is', async () => {
    const refs = git(work.bare, 'for-each-ref')
    const writes = () => work.github.requests.filter(({ method }) => method !== 'GET').length
    const before = writes()
    const ended = await step({ 'github-token': token, snapshot, mode: 'pull-request' })
    expect(ended).toMatchObject({ status: 0, outputs: { changed: 'true', 'pull-request-number': '1' } })
    expect(git(work.bare, 'for-each-ref')).toBe(refs)
    expect(writes()).toBe(before)
  })

  it('reports only, where asked to', async () => {
    const before = git(work.bare, 'for-each-ref')
    const ended = await step({ snapshot, mode: 'report' })
    expect(ended).toMatchObject({ status: 0, outputs: { changed: 'true', commit: '' } })
    expect(git(work.bare, 'for-each-ref')).toBe(before)
  })

  it.each([
    ['a mode that is none', { mode: 'merge' }, /mode is merge.*report, commit, direct, pull-request/],
    ['no token to push with', { mode: 'commit' }, /TORTOISE_GIT_TOKEN/],
    ['a wrong token', { mode: 'commit', 'github-token': 'wrong-token-0000' }, /./],
  ])('fails the step with an annotation: %s', async (_name, inputs, says) => {
    const ended = await step({ snapshot, ...inputs })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(/^::error/m)
    expect(ended.stdout).toMatch(says)
  })

  it('refuses an emergency where it reports only', async () => {
    const ended = await step({ emergency: 'start', namespaces: 'shop', mode: 'report' })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain('::error')
    expect(ended.stdout).toContain('deliver.mode is report, so nothing would be written')
  })

  it('never shows the token but in the command that masks it', async () => {
    const ended = await step({ 'github-token': token, snapshot, mode: 'pull-request' })
    const shown = [
      ended.stdout.replace(/^::add-mask::.*$/gm, ''),
      ended.stderr,
      ended.summary,
      JSON.stringify(ended.outputs),
    ].join('\n')
    expect(shown).not.toContain(token)
    expect(readFileSync(ended.outputs['report'] ?? '', 'utf8')).not.toContain(token)
    expect(JSON.stringify(work.github.requests)).not.toContain(token)
    expect(git(work.bare, 'log', '--all', '--format=%B')).not.toContain(token)
  })
})
