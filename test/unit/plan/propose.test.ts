import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../plugin/model/json.ts'
import { propose } from '../../../plugin/plan/propose.ts'
import { type ChangeInput, changeOf, deployment, repositoryOf, type SourceInMemory } from './repository.ts'

const prod: SourceInMemory = { id: 'prod', workloads: ['api', 'web'] }
const proposeIn = async (inputs: readonly ChangeInput[], sources: readonly SourceInMemory[] = [prod]) => {
  const ports = repositoryOf(['api', 'web'], sources)
  const { proposal, skipped } = await propose(inputs.map(changeOf), ports)
  const changed = proposal?.changes.map(({ workload, field, to }) => `${workload.name} ${field} ${to}`)
  return { proposal, changed, skipped, rendered: ports.rendered }
}

describe('a proposal', () => {
  it('has all changes with their edits and the proof of every source that reads an edited file', async () => {
    const copy: SourceInMemory = { id: 'copy', workloads: ['web'] }
    const { proposal, changed, skipped } = await proposeIn([{}, { field: 'requests.memory' }], [prod, copy])
    expect(changed).toEqual(['api requests.cpu 300m', 'api requests.memory 256Mi'])
    expect(skipped).toEqual([])
    expect(proposal?.edits).toEqual([
      { file: 'apps/api.yaml', before: deployment('api'), after: deployment('api', '300m', '256Mi') },
    ])
    expect(proposal?.proof).toMatchObject({
      verdict: 'proved',
      sources: ['prod'],
      unexpected: [],
      missing: [],
    })
  })

  it('has no change whose value is set already', async () => {
    expect(await proposeIn([{ to: 500 }])).toEqual({ proposal: undefined, skipped: [], rendered: [] })
  })
})

describe('changes that cannot be edited', () => {
  const sizes = { together: 'sizes' }
  it.each<[string, ChangeInput, string]>([
    ['has no source line', { refusal: 'no source line sets it' }, 'no source line sets it'],
    ['has an invalid value', { to: 'lots' }, 'lots'],
  ])('are dropped with their change group when one %s', async (_why, refused, reason) => {
    const { changed, skipped } = await proposeIn([
      { ...refused, ...sizes },
      { field: 'requests.memory', ...sizes },
      { workload: 'web', ...sizes },
    ])
    expect(changed).toEqual(['web requests.cpu 300m'])
    expect(skipped).toMatchObject([
      { workload: 'Deployment/api', field: 'app requests.cpu', reason: expect.stringContaining(reason) },
      {
        workload: 'Deployment/api',
        field: 'app requests.memory',
        place: 'apps/api.yaml:10:1',
        reason: 'changes together with app requests.cpu, which cannot be edited',
      },
    ])
  })

  it('drop their groups one after the other, until the rest can be edited', async () => {
    const { changed, skipped } = await proposeIn([
      { to: 300, together: 'first' },
      // The same source line cannot have two values.
      { to: 200, together: 'second' },
      { field: 'requests.memory', together: 'second' },
      { workload: 'web' },
    ])
    expect(changed).toEqual(['api requests.cpu 300m', 'web requests.cpu 300m'])
    expect(skipped.map(({ field, reason }) => [field, reason])).toEqual([
      ['app requests.cpu', expect.stringContaining('another field takes its value from apps/api.yaml:9')],
      ['app requests.memory', 'changes together with app requests.cpu, which cannot be edited'],
    ])
  })

  it('are not rendered when none remains', async () => {
    const { proposal, rendered } = await proposeIn([{ refusal: 'no source line sets it' }])
    expect(proposal).toBeUndefined()
    expect(rendered).toEqual([])
  })
})

describe('a limit that cannot be edited', () => {
  const group = { together: 'cpu of app' }
  const fixed = {
    field: 'limits.cpu',
    refusal: 'hard-coded in a template',
    current: '800m',
    ...group,
  } as const

  it('lets the request of its change group rise up to it', async () => {
    const { proposal, changed, skipped } = await proposeIn([
      { to: 900, ...group },
      { ...fixed, to: 1800 },
      { field: 'env.GOMAXPROCS', to: 2, refusal: 'no place', ...group },
    ])
    expect(changed).toEqual(['api requests.cpu 800m'])
    expect(proposal?.changes[0]?.because).toEqual([
      {
        rule: 'limit.fixed',
        text: 'The request is raised up to the limit of 800m, which cannot be edited: hard-coded in a template.',
      },
    ])
    expect(skipped.map(({ field }) => field)).toEqual(['app limits.cpu', 'app env.GOMAXPROCS'])
  })

  it.each<[string, readonly ChangeInput[]]>([
    [
      'the raise is less than 10 %',
      [
        { to: 900, ...group },
        { ...fixed, to: 1800, current: '540m' },
      ],
    ],
    [
      'the request is lowered',
      [
        { to: 300, ...group },
        { ...fixed, to: 600 },
      ],
    ],
    [
      'the request cannot be edited either',
      [
        { to: 900, refusal: 'no place', ...group },
        { ...fixed, to: 1800 },
      ],
    ],
    [
      'a target of an autoscaler changes with it',
      [
        { to: 900, ...group },
        { ...fixed, to: 1800 },
        { field: 'hpa.target.cpu', to: 60, ...group },
      ],
    ],
  ])('keeps the whole change group where %s', async (_, inputs) => {
    const { changed, skipped } = await proposeIn(inputs)
    expect(changed).toBeUndefined()
    expect(skipped).toHaveLength(inputs.length)
  })
})

describe('a refuted proof', () => {
  const configMap = (text: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'notes' },
    data: { text },
  })
  it.each<[string, NonNullable<SourceInMemory['render']>, string]>([
    [
      'a source that changes too',
      (objects) => objects,
      'Deployment/api spec.template.spec.containers.0.resources.requests.cpu would change from 500m to 300m in copy',
    ],
    [
      'a source that changes a text, which may be secret,',
      (objects) => [configMap(JSON.stringify(objects[0]))],
      'ConfigMap/notes data.text would change in copy',
    ],
    [
      'a source that no longer renders',
      (objects) => (JSON.stringify(objects).includes('300m') ? 'cpu is too small' : objects),
      'copy would no longer render: cpu is too small',
    ],
    [
      'a source that never renders',
      () => 'no such chart',
      'copy reads an edited file but does not render here',
    ],
  ])('drops the changes in the files of %s and keeps the others', async (_what, render, reason) => {
    const copy: SourceInMemory = { id: 'copy', workloads: ['api'], render }
    const { proposal, changed, skipped } = await proposeIn([{}, { workload: 'web' }], [prod, copy])
    expect(changed).toEqual(['web requests.cpu 300m'])
    expect(proposal?.proof).toMatchObject({ verdict: 'proved', sources: ['prod'] })
    expect(skipped).toMatchObject([
      { workload: 'Deployment/api', reason: `the rendering refutes the edit: ${reason}` },
    ])
  })

  it('drops every change when an edit has no effect', async () => {
    const fixed: SourceInMemory = { ...prod, render: () => [] }
    const { proposal, skipped } = await proposeIn([{}, { workload: 'web' }], [fixed])
    expect(proposal).toBeUndefined()
    expect(skipped.map(({ reason }) => reason)).toEqual(
      ['api', 'web'].map(() => expect.stringContaining('app requests.cpu would not become 300m')),
    )
  })

  it('drops only the changes of the workloads that it names, each with its own reason', async () => {
    const strange: SourceInMemory = {
      ...prod,
      render: (objects) => objects.filter((object) => !/"name":"api".*300m/.test(JSON.stringify(object))),
    }
    const { changed, skipped } = await proposeIn([{}, { workload: 'web' }], [strange])
    expect(changed).toEqual(['web requests.cpu 300m'])
    expect(skipped).toMatchObject([
      {
        workload: 'Deployment/api',
        reason: expect.stringMatching(
          /^the rendering refutes the edit: Deployment\/api would be removed in prod;/,
        ),
      },
    ])
  })

  describe('that names no workload of a change', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'api', 'web']
    const many = (render: NonNullable<SourceInMemory['render']>): SourceInMemory => ({
      id: 'prod',
      workloads: names,
      render,
    })
    const isRaised = (objects: readonly JsonObject[], name: string): boolean =>
      objects.some((object) => new RegExp(`"name":"${name}".*300m`).test(JSON.stringify(object)))
    const proposed = async (source: SourceInMemory) => {
      const { rendered, ...ports } = repositoryOf(names, [source])
      const changes = names.map((workload) => changeOf({ workload }))
      const { proposal, skipped } = await propose(changes, ports)
      return {
        kept: proposal?.changes.map(({ workload }) => workload.name) ?? [],
        dropped: skipped.map(({ workload }) => workload.replace('Deployment/', '')),
        verdict: proposal?.proof.verdict,
        renderings: rendered.length,
      }
    }

    it('drops the change with which the source does not render, found by halves', async () => {
      const { kept, dropped, verdict } = await proposed(
        many((objects) => (isRaised(objects, 'c') ? 'c is too small' : objects)),
      )
      expect(dropped).toContain('c')
      expect(dropped.length).toBeLessThanOrEqual(2)
      expect(kept).toEqual(names.filter((name) => !dropped.includes(name)))
      expect(verdict).toBe('proved')
    })

    it('drops all changes that only refuse each other', async () => {
      const { kept, dropped } = await proposed(
        many((objects) => (isRaised(objects, 'a') && isRaised(objects, 'web') ? 'too much' : objects)),
      )
      expect(kept).toEqual([])
      expect(dropped).toEqual(names)
    })

    it('takes a few renderings, however many changes there are', async () => {
      const { renderings } = await proposed(many((objects) => (isRaised(objects, 'c') ? 'no' : objects)))
      expect(renderings).toBeLessThanOrEqual(2 * 12)
    })
  })
})
