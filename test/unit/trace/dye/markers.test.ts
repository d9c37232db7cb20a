import { describe, expect, it } from 'vitest'
import type { MarkedFiles } from '../../../../plugin/trace/dye/markers.ts'
import { markCandidates, markNearValues } from '../../../../plugin/trace/dye/markers.ts'
import { candidatesIn } from './candidates.ts'

async function marked(text: string, mark = markCandidates) {
  const { view, candidates } = await candidatesIn({ 'v.yaml': text })
  const files = await mark(candidates, view)
  return { text: files.texts.get('v.yaml'), match: (rendered: string) => matched(files, rendered) }
}

/** The text of the candidate that a rendered value comes from, with what is round it. */
function matched({ match }: MarkedFiles, rendered: string) {
  const found = match(rendered)
  if (found === undefined) return undefined
  const { before, after } = found.affix ?? { before: '', after: '' }
  return `${before}(${found.candidate.text})${after}`
}

describe('markers', () => {
  it('keep the type, the unit and the quotes of each value', async () => {
    const { text } = await marked(`cpu: 100m
mem: "1Gi"
cpuA: '0.5'
cpuB: 2
cpuC: 1e3
cpuD: 1.5Gi
memA: 500
minReplicas: 3
goMaxProcs: "4"
goMemLimit: 400MiB
goMemLimitB: 400
`)
    expect(text).toBe(`cpu: 70001m
mem: "70002Gi"
cpuA: '70003.5'
cpuB: 70004
cpuC: 70005
cpuD: 70006.5Gi
memA: 70007
minReplicas: 211
goMaxProcs: "212"
goMemLimit: 70008MiB
goMemLimitB: 70009
`)
  })

  it('are in every file, and in none without candidates', async () => {
    const { view, candidates } = await candidatesIn({
      'a.yaml': 'cpu: 1\n',
      'b.yaml': 'x: 1\n',
      'c.yaml': 'cpu: 2\n',
    })
    const { texts } = await markCandidates(candidates, view)
    expect([...texts]).toEqual([
      ['a.yaml', 'cpu: 70001\n'],
      ['c.yaml', 'cpu: 70002\n'],
    ])
  })

  it.each([
    ['70001m', '(100m)'],
    ['70.001', '(100m)'],
    ['70002Gi', '("1Gi")'],
    ['211', '(2)'],
    ['70001mMi', '(100m)Mi'],
    ['about 70001m', 'about (100m)'],
    ['x70002Giy', 'x("1Gi")y'],
    ['-Xmx70003MiB', '-Xmx(400MiB)'],
    ['211%', '(2)%'],
    ['70003MiB', '(400MiB)'],
    ['73405562880', undefined],
    ['70001', undefined],
    ['70001Mi', undefined],
    ['70009m', undefined],
    ['100m', undefined],
    ['', undefined],
    ['x', undefined],
  ])('are recognised in a rendered %s as %s', async (rendered, found) => {
    const { match } = await marked('cpu: 100m\nmem: "1Gi"\ngoMemLimit: 400MiB\nminReplicas: 2\n')
    expect(match(rendered)).toBe(found)
  })

  it('of sizes are recognised in bytes', async () => {
    const { match } = await marked('mem: 1Mi\n')
    expect(match(String(70_001 * 1024 ** 2))).toBe('(1Mi)')
  })

  it('of a file that is gone are written into nothing', async () => {
    const { candidates } = await candidatesIn({ 'a.yaml': 'cpu: 1\n' })
    const { view } = await candidatesIn({})
    await expect(markCandidates(candidates, view)).rejects.toThrow(RangeError)
  })
})

describe('markers near the values', () => {
  it('are the next free number, in the same unit', async () => {
    const { text } = await marked(
      'cpu: 100m\ncpuA: 100m\ncpuB: 102m\nmem: "64Mi"\nminReplicas: 2\n',
      markNearValues,
    )
    expect(text).toBe('cpu: 101m\ncpuA: 103m\ncpuB: 104m\nmem: "65Mi"\nminReplicas: 3\n')
  })

  it('differ in size, not in text alone', async () => {
    const { text } = await marked('cpu: 999m\ncpuA: 1\nmem: 1023Mi\nmemA: 1Gi\n', markNearValues)
    expect(text).toBe('cpu: 1001m\ncpuA: 2\nmem: 1025Mi\nmemA: 2Gi\n')
  })

  it('are none for decimals', async () => {
    const { text, match } = await marked('cpu: 0.5\ncpuA: .5\ncpuB: 1\n', markNearValues)
    expect(text).toBe('cpu: 0.5\ncpuA: .5\ncpuB: 2\n')
    expect(match('0.5')).toBeUndefined()
  })

  it('are recognised by their size, and with nothing round them', async () => {
    const { match } = await marked('cpu: 1999m\nmem: 1Gi\nminReplicas: 7\n', markNearValues)
    expect(match('2')).toBe('(1999m)')
    expect(match('2000m')).toBe('(1999m)')
    expect(match('2Gi')).toBe('(1Gi)')
    expect(match('2048Mi')).toBe('(1Gi)')
    expect(match('8')).toBe('(7)')
    expect(match('2000m ')).toBe('(1999m)')
    expect(match('x2000m')).toBeUndefined()
    expect(match('9')).toBeUndefined()
  })
})
