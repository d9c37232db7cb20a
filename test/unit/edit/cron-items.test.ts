import { describe, expect, it } from 'vitest'
import { planEdits } from '../../../plugin/edit/plan.ts'
import type { ListSite } from '../../../plugin/model/site.ts'

const workload = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'api' }
const place = { file: 'scaler.yaml', line: 1, column: 1, document: 0 }

function edited(text: string, to: string, site: Partial<ListSite> = {}) {
  const list: ListSite = { kind: 'list', ...place, path: ['spec', 'triggers'], triggers: [], ...site }
  const texts = new Map([['scaler.yaml', text]])
  const { edits, refused } = planEdits(texts, [{ workload, field: 'hpa.cron', site: list, to }])
  return refused[0]?.reason ?? edits[0]?.after
}

const own = (indent: string, end = '\n'): string =>
  [
    '- type: cron',
    '  name: tortoise-mon-fri-08',
    '  metadata:',
    '    timezone: UTC',
    '    start: 0 8 * * 1-5',
    '    end: 0 18 * * 1-5',
    '    desiredReplicas: "6"',
  ]
    .map((line) => `${indent}${line}${end}`)
    .join('')

const office = '6 Mon-Fri 08:00-18:00 (UTC)'

describe('a schedule in a list of triggers', () => {
  it.each([
    ['in the indentation of the list', 'spec:\n  triggers:\n  - type: cpu # ours\n', '  '],
    ['after a list that is the last line', 'spec:\n    triggers:\n      - type: cpu\n', '      '],
  ])('is added %s', (_, text, indent) => {
    expect(edited(text, office)).toBe(`${text}${own(indent)}`)
  })

  it('keeps the line endings of the file, and a missing last one', () => {
    const text = 'spec:\r\n  triggers:\r\n    - type: cpu\r\n'
    expect(edited(text, office)).toBe(`${text}${own('    ', '\r\n')}`)
    const bare = 'spec:\n  triggers:\n    - type: cpu'
    expect(edited(bare, office)).toBe(`${bare}\n${own('    ')}`.trimEnd())
  })

  it('changes only the scalars that differ, in their quotes', () => {
    const text = `spec:\n  triggers:\n    - type: cpu\n${own('    ').replace('0 18 * * 1-5', "'0 18 * * 1-5' # the end")}`
    const wanted = '8 Mon-Fri 08:00-19:00 (UTC)'
    expect(edited(text, wanted)).toBe(text.replace("'0 18 * *", "'0 19 * *").replace('"6"', '"8"'))
  })

  it('goes without a trace', () => {
    const before = 'spec:\n  triggers:\n    - type: cpu\n'
    const after = '    - type: rabbitmq\n  minReplicaCount: 2\n'
    expect(edited(`${before}${own('    ')}${after}`, 'none')).toBe(`${before}${after}`)
    expect(edited(`${before}${own('    ')}`.trimEnd(), 'none')).toBe(before.trimEnd())
  })

  it.each([
    ['in flow style', 'spec:\n  triggers: [{type: cpu}]\n', office, 'written in flow style'],
    ['that is none', 'spec:\n  triggers: many\n', office, 'it is no list'],
    ['with no other trigger', `spec:\n  triggers:\n${own('    ')}`, 'none', 'no trigger would be left'],
    [
      'with a value over several lines',
      `spec:\n  triggers:\n    - type: cpu\n${own('    ').replace('start: 0 8 * * 1-5', 'start: >-\n          0 8\n          * * 1-5')}`,
      '6 Mon-Fri 09:00-18:00 (UTC)',
      'over several lines',
    ],
  ])('is refused in a list %s', (_, text, to, reason) => {
    expect(edited(text, to)).toContain(reason)
  })

  const patches = (body: string): string => `resources:\n  - base\npatches:\n${body}images: []\n`
  const head = '  - target:\n      kind: ScaledObject\n    patch: |-\n'
  const operation = `      - op: add\n        path: /spec/triggers/-\n        value:\n${own('          ')
    .replace('          - ', '          ')
    .replaceAll('\n            ', '\n          ')}`
  const site = { path: ['patches', 0, 'patch', '|'], operations: true } as const

  it('is changed in a patch', () => {
    const text = patches(head + operation)
    expect(edited(text, '7 Mon-Fri 08:00-18:00 (UTC)', site)).toBe(text.replace('"6"', '"7"'))
  })

  it('takes its patch along, and the list of patches with the last one', () => {
    expect(edited(patches(head + operation), 'none', site)).toBe('resources:\n  - base\nimages: []\n')
    const other = '  - path: other.yaml\n'
    expect(edited(patches(head + operation + other), 'none', site)).toBe(patches(other))
  })
})
