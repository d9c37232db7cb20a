import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compareResults, readResults } from './compare.ts'

const root = join(import.meta.dirname, '../..')
// Two runs of one commit on one machine, as `npm run bench` printed them.
const [first, second] = ['first', 'second'].map((name) =>
  join(import.meta.dirname, 'results', `${name}.jsonl`),
) as [string, string]
const work = mkdtempSync(join(tmpdir(), 'tortoise-compare-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

/** Runs the script, with a file for the summary of the step. */
function compare(...files: readonly string[]) {
  const GITHUB_STEP_SUMMARY = join(mkdtempSync(join(work, 'step-')), 'summary.md')
  const ended = spawnSync('npm', ['run', '--silent', 'bench:compare', '--', ...files], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, GITHUB_STEP_SUMMARY },
  })
  const { status, stdout, stderr } = ended
  return { status, stdout, stderr, summary: status === 0 ? readFileSync(GITHUB_STEP_SUMMARY, 'utf8') : '' }
}

/** The second run with other figures of one benchmark. */
function changed(bench: string, figures: Readonly<Record<string, number>>): string {
  const file = join(mkdtempSync(join(work, 'run-')), 'own.jsonl')
  const lines = readResults(readFileSync(second, 'utf8')).map((one) =>
    JSON.stringify(one.bench === bench ? { ...one, ...figures } : one),
  )
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

describe('npm run bench:compare', () => {
  it('writes the ratios of processor times into the summary, and warns of nothing in two runs of one commit', () => {
    const { summary, ...ended } = compare(first, second)
    expect(ended).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(summary.split('\n').filter((line) => line.startsWith('| '))).toEqual([
      '| benchmark | ratio | main | this run | change |',
      '| start | `versionRatio` | 1.11 | 1.09 | −2 % |',
      '| start | `helpRatio` | 1.68 | 1.65 | −2 % |',
      '| trace-set | `processorRatio` | 1.64 | 1.62 | −1 % |',
      '| trace-set | `secondToFirst` | 0.07 | 0.07 | +0 % |',
      '| large | `traceKustomize` | 4.39 | 4.4 | +0 % |',
      '| large | `traceKustomizeAgain` | 2.05 | 2.06 | +0 % |',
      '| large | `traceHelm` | 9.85 | 10.66 | +8 % |',
      '| large | `traceHelmAgain` | 6.03 | 6.66 | +10 % |',
      '| large | `setCold` | 0.69 | 0.74 | +7 % |',
      '| large | `setWarm` | 0.29 | 0.33 | +14 % |',
    ])
  })

  it('warns of a ratio that grew by more than a quarter, and does not fail', () => {
    const ended = compare(first, changed('trace-set', { processorRatio: 2.1 }))
    expect(ended).toMatchObject({ status: 0, stderr: '' })
    expect(ended.stdout).toMatch(
      /^::warning title=Benchmark trace-set::processorRatio grew from 1\.64 to 2\.1, .*\n$/,
    )
    expect(ended.summary).toContain('| trace-set | `processorRatio` | 1.64 | 2.1 | **+28 %** |')
  })

  it('warns of no step of a small ratio that rounding alone can make', () => {
    expect(compare(first, changed('trace-set', { secondToFirst: 0.09 })).stdout).toBe('')
    expect(compare(first, changed('trace-set', { secondToFirst: 0.1 })).stdout).toContain('::warning')
  })

  it('says nothing of times on the clock, which depend on the machine', () => {
    const ended = compare(first, changed('trace-set', { ratio: 9, firstMs: 99_000, peakMb: 400 }))
    expect(ended).toMatchObject({ status: 0, stdout: '' })
    expect(ended.summary).not.toContain('`ratio`')
  })

  it('goes on where main has no results yet, or a benchmark did another amount of work', () => {
    expect(compare(join(work, 'absent.jsonl'), second)).toMatchObject({
      status: 0,
      stdout: '',
      summary: 'Benchmarks: main has no results of the same size to compare with.\n',
    })
    const { summary } = compare(first, changed('large', { applications: 600 }))
    expect(summary).toContain('| start |')
    expect(summary).not.toContain('| large |')
  })

  it('names its usage where a file is missing', () => {
    const ended = compare(first, join(work, 'absent.jsonl'))
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toContain('npm run bench:compare -- MAIN OWN')
  })

  it('does not read what is no result', () => {
    expect(() => readResults('{"other":1}\n')).toThrow('not the result of a benchmark')
    expect(compareResults([], readResults(readFileSync(second, 'utf8')))).toEqual([])
  })
})
