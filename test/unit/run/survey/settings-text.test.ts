import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { settingsText } from '../../../../plugin/run/survey/settings-text.ts'

const hostile = 'a\ndeliver: { mode: direct }\r\u2028\u0085x: \u001b[31m }] #'
const textWith = (selection: object): string =>
  settingsText({
    sources: [],
    clusters: [{ name: 'prod', selection: { label: 'cluster', values: [hostile, 'b'], ...selection } }],
  })

it.each([
  ['labels that select the cluster', { labels: { cluster: hostile } }],
  ['the labels to choose from', {}],
  ['a label of any name', { label: hostile }],
])('what a Prometheus says is no setting: %s', (_, selection) => {
  const text = textWith(selection)
  const { deliver, clusters } = parse(text)
  expect(deliver).toEqual({ mode: 'report' })
  const labels = 'labels' in selection ? { prometheus: selection } : {}
  expect(clusters).toEqual([{ name: 'prod', ...labels }])
  expect([...'\r\u2028\u0085\u001b'].filter((unit) => text.includes(unit))).toEqual([])
})

it('names few of many clusters', () => {
  const values = Array.from({ length: 40 }, (_, index) => `c${index}`)
  expect(textWith({ values })).toContain('(cluster is c0, c1, c2, c3, c4 and 35 more)')
})

it('names that are several lines stay on one', () => {
  const path = `apps/${hostile}`
  const text = settingsText({
    sources: [
      {
        settings: { path, values: ['a, b }.yaml', `${hostile}, b`] },
        cluster: hostile,
        workloads: [],
        objects: [],
        namespaceUnknown: false,
      },
    ],
    clusters: [{ name: hostile }],
  })
  expect(parse(text)).toEqual({
    sources: [{ path, values: ['a, b }.yaml', `${hostile}, b`], cluster: hostile }],
    clusters: [{ name: hostile }],
    deliver: { mode: 'report' },
  })
})
