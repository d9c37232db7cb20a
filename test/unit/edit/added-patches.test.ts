import { describe, expect, it } from 'vitest'
import type { WantedEdit } from '../../../plugin/edit/wanted-edit.ts'
import type { PatchSite, YamlPath } from '../../../plugin/model/site.ts'
import { place, plan, wants, workload } from './plan-ground.ts'

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
