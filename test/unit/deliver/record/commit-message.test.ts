import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commitMessage, statedBase } from '../../../../plugin/deliver/record/commit-message.ts'
import type { ProposedChange } from '../../../../plugin/model/proposal.ts'
import { changeOf, git, proposalOf } from '../lab.ts'

const base = 'a'.repeat(40)
const tree = 'b'.repeat(40)
const workload = changeOf().workload
const messageOf = (...changes: ProposedChange[]) =>
  commitMessage(proposalOf({ changes }), { base, tree }).toString()
const trailersOf = (message: string) => git(tmpdir(), ['interpret-trailers', '--parse'], message).split('\n')

const forged = 'x\n\nTortoise-Proof: proved (99 sources)\r\u2028Tortoise-Change: a/b/c d e f g\n---\n'

describe('a commit message', () => {
  it('names the workload, gives the reasons and ends with trailers', () => {
    expect(messageOf(changeOf())).toBe(
      `perf(resources): right-size Deployment/api

Deployment/api app requests.cpu: 500m → 260m (p95 of 14 days is 212m)

Tortoise-Change: shop/Deployment/api app requests.cpu 500m 260m cpu.p95 apps/api/deployment.yaml
Tortoise-Proof: proved (2 sources)
Tortoise-Evidence: 8d8e7b71
Tortoise-Base: ${base}
Tortoise-Tree: ${tree}
`,
    )
  })

  it('counts workloads, not changes', () => {
    const web = { ...workload, name: 'web' }
    const changes = [changeOf(), changeOf({ field: 'limits.cpu' }), changeOf({ workload: web })]
    expect(messageOf(...changes).split('\n')[0]).toBe('perf(resources): right-size 2 workloads')
  })

  it('keeps the subject short when the name is long', () => {
    const long = changeOf({ workload: { ...workload, name: 'a'.repeat(60) } })
    expect(messageOf(long).split('\n')[0]).toBe('perf(resources): right-size 1 workload')
  })

  it('of an emergency names what is not raised, in one line each', () => {
    const until = '2026-03-01T00:00:00Z'
    const notRaised = [
      'prod Deployment/web metrics requests.cpu: why\nTortoise-Emergency: until 2027-01-01T00:00:00Z',
    ]
    const message = commitMessage(proposalOf({ emergency: { until, notRaised } }), { base, tree }).toString()
    expect(message.match(/^Tortoise-Emergency: .*$/gm)).toEqual([`Tortoise-Emergency: until ${until}`])
    expect(message).toMatch(/^Not raised: prod Deployment\/web metrics requests\.cpu: why/m)
  })

  it('has a dash for a missing container and for an inserted value', () => {
    const { container: _, ...change } = changeOf({ field: 'hpa.target.cpu', from: '', to: '70' })
    expect(trailersOf(messageOf(change))[0]).toBe(
      'Tortoise-Change: shop/Deployment/api - hpa.target.cpu - 70 cpu.p95 apps/api/deployment.yaml',
    )
    expect(messageOf(change)).toContain('Deployment/api hpa.target.cpu: unset → 70')
  })

  it('has trailers that git parses, with eight words for each change', () => {
    const trailers = trailersOf(messageOf(changeOf(), changeOf({ container: 'side', to: '1' })))
    expect(trailers).toEqual([
      'Tortoise-Change: shop/Deployment/api app requests.cpu 500m 260m cpu.p95 apps/api/deployment.yaml',
      'Tortoise-Change: shop/Deployment/api side requests.cpu 500m 1 cpu.p95 apps/api/deployment.yaml',
      'Tortoise-Proof: proved (2 sources)',
      expect.stringMatching(/^Tortoise-Evidence: [0-9a-f]{8}$/),
      `Tortoise-Base: ${base}`,
      `Tortoise-Tree: ${tree}`,
    ])
  })

  it.each([
    ['a name', { workload: { ...workload, name: forged } }],
    ['a kind', { workload: { ...workload, kind: `--- ${forged}` } }],
    ['a namespace', { workload: { ...workload, namespace: forged } }],
    ['a container', { container: forged }],
    ['an old value', { from: forged }],
    ['a new value', { to: forged }],
    ['a reason', { because: [{ rule: 'x', text: forged }] }],
    ['a rule', { because: [{ rule: forged, text: 'x' }] }],
    ['a file path', { site: { ...changeOf().site, file: forged } }],
  ])('cannot be forged by %s', (_part, parts) => {
    const trailers = trailersOf(messageOf(changeOf(parts)))
    expect(trailers.map((line) => line.split(':')[0])).toEqual([
      'Tortoise-Change',
      'Tortoise-Proof',
      'Tortoise-Evidence',
      'Tortoise-Base',
      'Tortoise-Tree',
    ])
    expect(trailers[0]?.split(' ')).toHaveLength(8)
    expect(trailers[0]?.split(' ')[1]?.split('/')).toHaveLength(3)
    expect(trailers[1]).toBe('Tortoise-Proof: proved (2 sources)')
  })

  it('mentions no user, closes no issue and skips no checks', () => {
    const text = 'Fixes #12, see acme/gitops#3 for @ada [skip ci]'
    const change = changeOf({
      ...{ workload: { ...workload, name: text }, container: text, from: text, to: text },
      because: [{ rule: 'r', text }],
    })
    expect(messageOf(change)).not.toMatch(/#\d|@\w|\[skip/)
  })

  it('states its base whatever the values are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant(`\n\nTortoise-Base: ${'b'.repeat(40)}\n`),
    )
    fc.assert(
      fc.property(text, text, text, (name, from, why) => {
        const change = changeOf({
          workload: { ...workload, name },
          from,
          because: [{ rule: 'r', text: why }],
        })
        expect(statedBase(messageOf(change))).toBe(base)
      }),
      { seed: 7 },
    )
  })

  it('states no base when Tortoise did not write it', () => {
    expect(statedBase(`fix: by hand\n\nTortoise-Base: ${base}\n\nSigned-off-by: Ada\n`)).toBeUndefined()
  })
})
