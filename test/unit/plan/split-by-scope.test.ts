import { describe, expect, it } from 'vitest'
import type { ProposedChange } from '../../../plugin/model/proposal.ts'
import { propose } from '../../../plugin/plan/propose.ts'
import { splitByScope } from '../../../plugin/plan/split-by-scope.ts'
import { type ChangeInput, changeOf, repositoryOf, type SourceInMemory } from './repository.ts'

const prod: SourceInMemory = { id: 'prod', workloads: ['api', 'web'] }

/** Proposes changes and splits the proposal: the fields of each part, and what was skipped. */
async function split(
  inputs: readonly ChangeInput[],
  scopeOf: (change: ProposedChange) => string,
  sources: readonly SourceInMemory[] = [prod],
) {
  const ports = repositoryOf(['api', 'web'], sources)
  const traced = inputs.map(changeOf)
  const { proposal } = await propose(traced, ports)
  if (proposal === undefined) throw new Error('the whole is not proved')
  const before = ports.rendered.length
  const { parts, skipped } = await splitByScope(proposal, traced, { ...ports, scopeOf })
  const fields = parts.map(({ scope, proposal: { changes } }) => [
    scope,
    changes.map(({ source, workload, field }) => `${source} ${workload.name} ${field}`),
  ])
  return { whole: proposal, parts, fields, skipped, rendered: ports.rendered.slice(before) }
}

const byWorkload = ({ workload }: ProposedChange): string => workload.name
const byField = ({ field }: ProposedChange): string => field
const bySource = ({ source }: ProposedChange): string => source

describe('a proposal split by scope', () => {
  it('stays whole in one scope, and nothing is rendered again', async () => {
    const { whole, parts, skipped, rendered } = await split([{}, { workload: 'web' }], () => 'all')
    expect({ parts, skipped, rendered }).toEqual({
      parts: [{ scope: 'all', proposal: whole }],
      skipped: [],
      rendered: [],
    })
  })

  it('has one part for each scope, in the order of their names, each with its own edits and proof', async () => {
    const { parts, fields } = await split([{ workload: 'web' }, {}], byWorkload)
    expect(fields).toEqual([
      ['api', ['prod api requests.cpu']],
      ['web', ['prod web requests.cpu']],
    ])
    for (const { scope, proposal } of parts) {
      expect(proposal.edits.map(({ file }) => file)).toEqual([`apps/${scope}.yaml`])
      expect(proposal.proof).toMatchObject({ verdict: 'proved', moved: [{ workload: { name: scope } }] })
    }
  })

  it('keeps a change group in the scope of its first change', async () => {
    const { fields } = await split(
      [
        { together: 'sizes' },
        { field: 'requests.memory', together: 'sizes' },
        { workload: 'web', field: 'requests.memory', together: 'sizes' },
      ],
      byField,
    )
    expect(fields).toEqual([
      ['requests.cpu', ['prod api requests.cpu', 'prod api requests.memory']],
      ['requests.memory', ['prod web requests.memory']],
    ])
  })

  it('keeps the changes of one source line in one scope', async () => {
    const staging: SourceInMemory = { id: 'staging', workloads: ['api'] }
    const { fields } = await split(
      [{}, { source: 'staging' }, { workload: 'web', source: 'prod' }],
      ({ source, workload }) => `${source} ${workload.name}`,
      [prod, staging],
    )
    expect(fields).toEqual([
      ['prod api', ['prod api requests.cpu', 'staging api requests.cpu']],
      ['prod web', ['prod web requests.cpu']],
    ])
    expect(await split([{}, { source: 'staging' }], bySource, [prod, staging])).toMatchObject({
      fields: [['prod', ['prod api requests.cpu', 'staging api requests.cpu']]],
    })
  })

  it('leaves out a part that is not proved by itself, with the reason', async () => {
    const equal: SourceInMemory = {
      ...prod,
      render: (objects) => {
        const requests = objects.map((object) => /"cpu":"(\w+)"/.exec(JSON.stringify(object))?.[1])
        return new Set(requests).size === 1 ? objects : 'all workloads need the same cpu'
      },
    }
    const { parts, skipped } = await split([{}, { workload: 'web' }], byWorkload, [equal])
    expect(parts).toEqual([])
    const reason = expect.stringContaining('prod would no longer render: all workloads need the same cpu')
    expect(skipped).toMatchObject([
      { workload: 'Deployment/api', reason },
      { workload: 'Deployment/web', reason },
    ])
  })
})
