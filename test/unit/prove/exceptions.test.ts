import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../../plugin/model/json.ts'
import type { Proof } from '../../../plugin/model/proof.ts'
import type { Source } from '../../../plugin/model/source.ts'
import { prove } from '../../../plugin/prove/prove.ts'
import { apps, configMap, deployment, rendered, wants, workload } from './prove-ground.ts'

/** The parts of a proof that say why it is refuted, without their names. */
const refutedBy = (proof: Proof): string => JSON.stringify({ ...proof, sources: undefined, moved: undefined })

describe('a proof over several sources', () => {
  const other: Source = { ...apps, id: 'other', path: 'other' }

  it('names every source that was rendered and every intended field that moved', () => {
    const one = wants('250m')
    const two = wants('300m', { source: 'other' })
    const proof = prove(
      [
        rendered({ before: [deployment()], after: [deployment({ cpu: '250m' })] }),
        rendered({ source: other, before: [deployment()], after: [deployment({ cpu: '300m' })] }),
      ],
      [one, two],
    )
    expect(proof).toMatchObject({ verdict: 'proved', sources: ['apps', 'other'], moved: [one, two] })
  })

  it('applies an intent to its own source alone', () => {
    const proof = prove(
      [
        rendered({ before: [deployment()], after: [deployment({ cpu: '250m' })] }),
        rendered({ source: other, before: [deployment()], after: [deployment({ cpu: '250m' })] }),
      ],
      [wants('250m')],
    )
    expect(proof).toMatchObject({ verdict: 'refuted', moved: [wants('250m')] })
    expect(refutedBy(proof)).toContain(
      JSON.stringify({
        source: 'other',
        object: 'Deployment/api',
        path: ['spec', 'template', 'spec', 'containers', 0, 'resources', 'requests', 'cpu'],
        before: '1',
        after: '250m',
      }),
    )
  })

  it('is refuted by a source that does not render after the edits, whose intents are then ignored', () => {
    const proof = prove(
      [rendered({ before: [deployment()], after: [], failure: 'exit status 1' })],
      [wants('250m')],
    )
    expect(proof).toMatchObject({ verdict: 'refuted', sources: ['apps'], moved: [] })
    expect(refutedBy(proof)).toContain('[{"source":"apps","message":"exit status 1"}]')
    expect(refutedBy(proof)).not.toContain('250m')
    expect(refutedBy(proof)).not.toContain('Deployment')
  })

  it('proves an edit that changes nothing where nothing was intended', () => {
    expect(prove([rendered({ before: [deployment()], after: [deployment()] })], [])).toMatchObject({
      verdict: 'proved',
      moved: [],
    })
  })

  it('looks for workloads in the namespace `default` when the source names none', () => {
    const { namespace: _, ...nowhere } = apps
    const inDefault = wants('250m', { workload: { ...workload, namespace: 'default' } })
    const both = { source: nowhere, before: [deployment()], after: [deployment({ cpu: '250m' })] }
    expect(prove([rendered(both)], [inDefault])).toMatchObject({ verdict: 'proved' })
    expect(prove([rendered(both)], [wants('250m')])).toMatchObject({ verdict: 'refuted', moved: [] })
  })
})

describe('a variable that an edit adds', () => {
  const variable = wants('2', { field: 'env.GOMAXPROCS' })
  const procs = { name: 'GOMAXPROCS', value: '2' }
  const added = (env: Json): Proof =>
    prove([rendered({ before: [deployment()], after: [deployment({ env })] })], [variable])

  it('may add its name, and nothing else', () => {
    expect(added([procs])).toMatchObject({ verdict: 'proved', moved: [variable] })
    expect(added([procs, { name: 'DEBUG', value: '1' }])).toMatchObject({ verdict: 'refuted' })
    expect(added([{ ...procs, more: 'x' }])).toMatchObject({ verdict: 'refuted' })
  })

  it('may not take the name of another', () => {
    const proof = prove(
      [
        rendered({
          before: [deployment({ env: [{ name: 'DEBUG', value: '1' }] })],
          after: [deployment({ env: [procs, { name: 'DEBUG2', value: '1' }] })],
        }),
      ],
      [variable],
    )
    expect(proof).toMatchObject({ verdict: 'refuted', moved: [variable] })
    expect(refutedBy(proof)).toContain('DEBUG2')
  })

  it('does not excuse a new name beside a request', () => {
    const containers = (one: JsonObject): JsonObject => ({
      ...deployment(),
      spec: { template: { spec: { containers: [one] } } },
    })
    const proof = prove(
      [
        rendered({
          before: [containers({ name: 'app', resources: { requests: { cpu: '1' } } })],
          after: [containers({ name: 'app', resources: { requests: { cpu: '250m', name: 'x' } } })],
        }),
      ],
      [wants('250m')],
    )
    expect(proof).toMatchObject({ verdict: 'refuted' })
  })
})

describe('what is random in the unchanged source', () => {
  it('is recognised by kind and stem where the name itself is random', () => {
    const before = [deployment(), configMap('token-a1', 'x')]
    const after = [deployment({ cpu: '250m' }), configMap('token-b2', 'x')]
    const verdict = (again: readonly JsonObject[]) =>
      prove([rendered({ before, after, again })], [wants('250m')]).verdict
    expect(verdict([deployment(), configMap('token-c3', 'x')])).toBe('proved')
    expect(verdict([deployment(), configMap('other-c3', 'x'), configMap('token-a1', 'x')])).toBe('refuted')
    expect(verdict([deployment(), configMap('token-a1', 'x')])).toBe('refuted')
  })

  it('excuses the whole object only where the object itself is added or removed', () => {
    const job = (name: string, value: string): JsonObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name },
      data: { value },
    })
    const before = [deployment(), job('init-db', '1')]
    const after = [deployment({ cpu: '250m' })]
    const again = [deployment(), job('init-db', '2')]
    expect(prove([rendered({ before, after, again })], [wants('250m')]).verdict).toBe('refuted')
  })

  it('does not excuse another kind with the same stem', () => {
    const secret: JsonObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'token-b2' } }
    const proof = prove(
      [
        rendered({
          before: [deployment(), configMap('token-a1', 'x')],
          after: [deployment({ cpu: '250m' }), configMap('token-a1', 'x'), secret],
          again: [deployment(), configMap('token-c3', 'x')],
        }),
      ],
      [wants('250m')],
    )
    expect(proof.verdict).toBe('refuted')
    expect(refutedBy(proof)).toContain('Secret/token-b2')
  })
})
