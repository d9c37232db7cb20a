import { describe, expect, it } from 'vitest'
import { planEdits } from '../../../plugin/edit/plan.ts'
import type { WantedEdit } from '../../../plugin/edit/wanted-edit.ts'
import type { Field } from '../../../plugin/model/field.ts'
import type { InsertSite, PatchSite, ScalarSite, YamlPath } from '../../../plugin/model/site.ts'

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const address = { workload, container: 'app', field: 'requests.cpu' } as const
const place = { line: 3, column: 1, document: 0 }

const scalar = (text: string, inner: string, file = 'a.yaml'): ScalarSite => {
  const start = text.indexOf(inner)
  return { kind: 'scalar', file, ...place, path: [], range: [start, start + inner.length], text: inner }
}

const wants = (site: WantedEdit['site'], to: string, more: Partial<WantedEdit> = {}): WantedEdit => ({
  ...address,
  site,
  to,
  ...more,
})

const plan = (files: Readonly<Record<string, string>>, ...wanted: WantedEdit[]) =>
  planEdits(new Map(Object.entries(files)), wanted)

describe('edits of scalars', () => {
  const text = 'a: 1\nb: 2\nc: 3\n'

  it('of one file are made in one pass, whatever their order and length', () => {
    const [b, a] = [wants(scalar(text, '2'), '2000m'), wants(scalar(text, '1'), '100m')]
    expect(plan({ 'a.yaml': text, 'b.yaml': text }, b, a)).toEqual({
      edits: [{ file: 'a.yaml', before: text, after: 'a: 100m\nb: 2000m\nc: 3\n' }],
      done: [b, a],
      refused: [],
    })
  })

  it('of several files are kept apart', () => {
    const [one, two] = [wants(scalar(text, '1'), '8'), wants(scalar(text, '1', 'b.yaml'), '9')]
    expect(plan({ 'a.yaml': text, 'b.yaml': text }, one, two)).toMatchObject({
      edits: [
        { file: 'a.yaml', after: 'a: 8\nb: 2\nc: 3\n' },
        { file: 'b.yaml', after: 'a: 9\nb: 2\nc: 3\n' },
      ],
      done: [one, two],
    })
  })

  it('write no file when the value is there already', () => {
    const same = wants(scalar(text, '1'), '1')
    expect(plan({ 'a.yaml': text }, same)).toEqual({ edits: [], done: [same], refused: [] })
  })

  it('that two fields share are made once when both want the same', () => {
    const [one, two] = [wants(scalar(text, '1'), '8'), wants(scalar(text, '1'), '8', { container: 'b' })]
    expect(plan({ 'a.yaml': text }, one, two)).toMatchObject({
      edits: [{ after: 'a: 8\nb: 2\nc: 3\n' }],
      done: [one, two],
      refused: [],
    })
  })

  it('that two fields share are made for the first when they want different values', () => {
    const [one, two] = [wants(scalar(text, '1'), '8'), wants(scalar(text, '1'), '9')]
    expect(plan({ 'a.yaml': text }, one, two)).toEqual({
      edits: [{ file: 'a.yaml', before: text, after: 'a: 8\nb: 2\nc: 3\n' }],
      done: [one],
      refused: [{ wanted: two, reason: expect.stringMatching(/a\.yaml:3.*8/) }],
    })
  })

  it.each<[string, WantedEdit]>([
    ['whose text has moved', wants({ ...scalar(text, '1'), text: '7' }, '8')],
    ['in a file that is not there', wants(scalar(text, '1', 'gone.yaml'), '8')],
    [
      'whose value does not fit the text round it',
      wants({ ...scalar(text, '1'), affix: { before: '', after: 'Mi' } }, '8Gi'),
    ],
  ])('are refused for one %s, and the others are made', (_name, wrong) => {
    const right = wants(scalar(text, '2'), '5')
    expect(plan({ 'a.yaml': text }, wrong, right)).toEqual({
      edits: [{ file: 'a.yaml', before: text, after: 'a: 1\nb: 5\nc: 3\n' }],
      done: [right],
      refused: [{ wanted: wrong, reason: expect.stringMatching(/(a|gone)\.yaml:3.*8/) }],
    })
  })

  it('quote a number for a variable', () => {
    const wanted = wants(scalar(text, '1'), '8', { field: 'env.GOMAXPROCS' })
    const texts = { 'a.yaml': text.replace('1', 'x') }
    expect(
      plan(texts, { ...wanted, site: { ...scalar(texts['a.yaml'], 'x'), kind: 'scalar' } }),
    ).toMatchObject({ edits: [{ after: 'a: "8"\nb: 2\nc: 3\n' }] })
  })
})

const insert = (path: YamlPath, file = 'a.yaml', document = 0): InsertSite => ({
  kind: 'insert',
  file,
  ...place,
  path,
  document,
})

describe('edits that add a value', () => {
  it('follow the replacements in the same file, one upon the other', () => {
    const text = 'a: 1\nr: {}\n'
    const wanted = [
      wants(insert(['r', 'requests', 'cpu']), '250m'),
      wants(scalar(text, '1'), '1000'),
      wants(insert(['r', 'requests', 'memory']), '64Mi'),
    ]
    expect(plan({ 'a.yaml': text }, ...wanted)).toEqual({
      edits: [
        {
          file: 'a.yaml',
          before: text,
          after: 'a: 1000\nr:\n  requests:\n    cpu: 250m\n    memory: 64Mi\n',
        },
      ],
      done: wanted,
      refused: [],
    })
  })

  it('go to the document asked for', () => {
    const text = 'a: 1\n---\nb: 1\n'
    expect(plan({ 'a.yaml': text }, wants(insert(['c'], 'a.yaml', 1), '2'))).toMatchObject({
      edits: [{ after: 'a: 1\n---\nb: 1\nc: 2\n' }],
    })
  })

  it.each([
    ['in a file that is not there', { 'b.yaml': '' }, /a\.yaml/],
    ['in a file that is not YAML', { 'a.yaml': 'a: [' }, /YAML/],
    [
      'where a plain value is in the place of a mapping',
      { 'a.yaml': 'r: 1' },
      /r\.cpu.*a\.yaml: .*plain value/,
    ],
  ])('are refused %s', (_name, files, reason) => {
    const wanted = wants(insert(['r', 'cpu']), '250m')
    expect(plan(files as Record<string, string>, wanted)).toEqual({
      edits: [],
      done: [],
      refused: [{ wanted, reason: expect.stringMatching(reason) }],
    })
  })

  const procs = { field: 'env.GOMAXPROCS' as Field }

  it('write a variable as an item of a list that is there', () => {
    const text = 'env:\n- name: A\n  value: b\n'
    expect(plan({ 'a.yaml': text }, wants(insert(['env', 1]), '2', procs))).toMatchObject({
      edits: [{ after: `${text}- name: GOMAXPROCS\n  value: "2"\n` }],
    })
  })

  it('write a variable as the first item of a new list', () => {
    expect(plan({ 'a.yaml': 'a: 1\n' }, wants(insert(['env']), '2', procs))).toMatchObject({
      edits: [{ after: 'a: 1\nenv:\n  - name: GOMAXPROCS\n    value: "2"\n' }],
    })
  })

  it('write a variable as a key where the path names it', () => {
    const text = 'env:\n  A: b\n'
    expect(plan({ 'a.yaml': text }, wants(insert(['env', 'GOMAXPROCS']), '2', procs))).toMatchObject({
      edits: [{ after: 'env:\n  A: b\n  GOMAXPROCS: 2\n' }],
    })
  })
})

describe('edits of a file of recommendations', () => {
  const file = 'apps/.tortoise/api.json'

  it('begin it and extend it', () => {
    const wanted = [
      wants(insert([], file), '250m'),
      wants(insert([], file), '64Mi', { field: 'requests.memory' }),
    ]
    const { edits, done } = plan({ [file]: '' }, ...wanted)
    expect(done).toEqual(wanted)
    expect(edits.map(({ after }) => JSON.parse(after))).toEqual([
      {
        version: 1,
        workload,
        values: [
          { container: 'app', field: 'requests.cpu', value: '250m' },
          { container: 'app', field: 'requests.memory', value: '64Mi' },
        ],
      },
    ])
  })

  it('are refused where it is not one of ours', () => {
    const wanted = wants(insert([], file), '250m')
    expect(plan({ [file]: '{"version": 2}' }, wanted)).toEqual({
      edits: [],
      done: [],
      refused: [{ wanted, reason: expect.stringContaining(file) }],
    })
  })
})

describe('edits that add a patch', () => {
  const site = (path: YamlPath, more: Partial<PatchSite> = {}): PatchSite => ({
    kind: 'patch',
    file: 'kustomization.yaml',
    ...place,
    path,
    target: workload,
    ...more,
  })
  const planned = (text: string, ...wanted: WantedEdit[]): string | undefined => {
    const { edits, refused } = plan({ 'kustomization.yaml': text }, ...wanted)
    return edits[0]?.after ?? refused[0]?.reason
  }
  const patch = (name: string, ...below: string[]) => `  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: ${name}
      spec:
        template:
          spec:
            containers:
              - name: app
${below.map((line) => `                ${line}\n`).join('')}`
  const requests = (...lines: string[]) => [
    'resources:',
    '  requests:',
    ...lines.map((line) => `    ${line}`),
  ]
  const resources = 'resources:\n  - base\n'

  it('begin the list of patches', () => {
    expect(planned(resources, wants(site(['patches', 0]), '250m'))).toBe(
      `${resources}patches:\n${patch('api', ...requests('cpu: 250m'))}`,
    )
  })

  it('append to a list of patches that is there, whatever its length was when traced', () => {
    const text = `${resources}patches:\n  - path: one.yaml\n  - path: two.yaml\n`
    expect(planned(text, wants(site(['patches', 1]), '250m'))).toBe(
      `${text}${patch('api', ...requests('cpu: 250m'))}`,
    )
  })

  it('fill an empty list of patches', () => {
    expect(planned(`patches: []\n${resources}`, wants(site(['patches', 0]), '250m'))).toBe(
      `patches:\n${patch('api', ...requests('cpu: 250m'))}${resources}`,
    )
  })

  it('extend the patch that was added for another field of the same object', () => {
    const [cpu, memory, variable] = [
      wants(site(['patches', 0]), '250m'),
      wants(site(['patches', 0]), '64Mi', { field: 'requests.memory' }),
      wants(site(['patches', 0]), '2', { field: 'env.GOMAXPROCS' }),
    ]
    const sized = requests('cpu: 250m', 'memory: 64Mi')
    expect(planned(resources, cpu, memory)).toBe(`${resources}patches:\n${patch('api', ...sized)}`)
    expect(planned(resources, cpu, memory, variable)).toBe(
      `${resources}patches:\n${patch('api', ...sized, 'env:', '  - name: GOMAXPROCS', '    value: "2"')}`,
    )
  })

  it('begin with a variable and extend that patch by a second one and a request', () => {
    const [one, two, cpu] = [
      wants(site(['patches', 0]), '2', { field: 'env.GOMAXPROCS' }),
      wants(site(['patches', 0]), '400MiB', { field: 'env.GOMEMLIMIT' }),
      wants(site(['patches', 0]), '250m'),
    ]
    expect(planned(resources, one, two, cpu)).toBe(
      `${resources}patches:\n${patch(
        'api',
        'env:',
        '  - name: GOMAXPROCS',
        '    value: "2"',
        '  - name: GOMEMLIMIT',
        '    value: "400MiB"',
        ...requests('cpu: 250m'),
      )}`,
    )
  })

  it('add one patch for each object', () => {
    const other = wants(site(['patches', 0], { target: { ...workload, name: 'web' } }), '300m')
    expect(planned(resources, wants(site(['patches', 0]), '250m'), other)).toBe(
      `${resources}patches:\n${patch('api', ...requests('cpu: 250m'))}${patch('web', ...requests('cpu: 300m'))}`,
    )
    const set = wants(site(['patches', 0], { target: { ...workload, kind: 'StatefulSet' } }), '300m')
    expect(planned(resources, wants(site(['patches', 0]), '250m'), set)).toContain('kind: StatefulSet')
  })

  it('make one patch of all containers of an object, in their order and without empty items', () => {
    const containers = { list: 'containers', names: ['app', 'proxy', 'agent'] }
    const of = (container: string) => wants(site(['patches', 0], { containers }), '20m', { container })
    const expected = `${resources}patches:\n${patch('api', ...requests('cpu: 20m'))}              - name: proxy
                resources:
                  requests:
                    cpu: 20m
`
    expect(planned(resources, of('app'), of('proxy'))).toBe(expected)
    expect(planned(resources, of('proxy'), of('app'))).toBe(expected)
  })

  it('add another list of containers to the patch of their object', () => {
    const at = (list: string, name: string) =>
      wants(site(['patches', 0], { containers: { list, names: [name] } }), '20m', { container: name })
    expect(planned(resources, at('containers', 'app'), at('initContainers', 'setup'))).toBe(
      `${resources}patches:\n${patch('api', ...requests('cpu: 20m'))}            initContainers:
              - name: setup
                resources:
                  requests:
                    cpu: 20m
`,
    )
  })

  it('put all operations of a JSON patch of an object into one', () => {
    const target = { ...workload, kind: 'HorizontalPodAutoscaler' }
    const of = (index: number, to: string) =>
      wants(site(['patches', 0], { target }), to, {
        field: index === 0 ? 'hpa.target.cpu' : 'hpa.target.memory',
        rendered: ['spec', 'metrics', index, 'averageUtilization'],
      })
    expect(planned(resources, of(0, '75'), of(1, '85'))).toBe(`${resources}patches:
  - target:
      kind: HorizontalPodAutoscaler
      name: api
    patch: |-
      - op: replace
        path: /spec/metrics/0/averageUtilization
        value: 75
      - op: replace
        path: /spec/metrics/1/averageUtilization
        value: 85
`)
  })

  it('never extend a patch that was there before the trace', () => {
    const text = `patches:\n${patch('api', ...requests('cpu: 1'))}`
    expect(planned(text, wants(site(['patches', 1]), '64Mi', { field: 'requests.memory' }))).toBe(
      `${text}${patch('api', ...requests('memory: 64Mi'))}`,
    )
  })

  it('never extend an object in another document or in another list', () => {
    const object = patch('api', ...requests('cpu: 1'))
    const memory = { field: 'requests.memory' as const }
    const two = `other:\n${object}---\n${resources}`
    expect(planned(two, wants(site(['patches', 0], { document: 1 }), '64Mi', memory))).toBe(
      `${two}patches:\n${patch('api', ...requests('memory: 64Mi'))}`,
    )
    const lists = `other:\n${object}`
    expect(planned(lists, wants(site(['patches', 0]), '64Mi', memory))).toBe(
      `${lists}patches:\n${patch('api', ...requests('memory: 64Mi'))}`,
    )
  })

  it('never extend one that is made by position', () => {
    const pointer = { path: ['spec', 'cpu'], present: 1 }
    const at = site(['patches', 0], { pointer })
    const after = planned(resources, wants(site(['patches', 0]), '250m'), wants(at, '64Mi'))
    expect(after).toBe(`${resources}patches:
${patch('api', ...requests('cpu: 250m'))}  - target:
      kind: Deployment
      name: api
    patch: |-
      - op: add
        path: /spec/cpu
        value: 64Mi
`)
  })

  it('add a second patch where the first cannot hold the field', () => {
    const variable = { field: 'env.GOMAXPROCS' as const }
    const text = `patches:\n${patch('api', 'env:', '  - name: GOMAXPROCS', '    value: "4"')}`
    expect(planned(text, wants(site(['patches', 0]), '2', variable))).toBe(
      `${text}${patch('api', 'env:', '  - name: GOMAXPROCS', '    value: "2"')}`,
    )
  })

  it('carry the place of the field in the rendered object for a target of an HPA', () => {
    const rendered = ['spec', 'metrics', 0, 'averageUtilization']
    const hpa = site(['patches', 0], { target: { ...workload, kind: 'HorizontalPodAutoscaler' } })
    expect(planned(resources, wants(hpa, '70', { field: 'hpa.target.cpu', rendered }))).toContain(
      'path: /spec/metrics/0/averageUtilization\n',
    )
  })

  it('are refused where the list of patches cannot be extended', () => {
    expect(planned('patches: [{path: a.yaml}]\n', wants(site(['patches', 1]), '250m'))).toMatch(
      /patches\.1.*kustomization\.yaml: .*block lists/,
    )
    expect(planned('patches: [\n', wants(site(['patches', 1]), '250m'))).toMatch(/YAML/)
  })
})
