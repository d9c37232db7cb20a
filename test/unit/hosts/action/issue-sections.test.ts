import { expect, it } from 'vitest'
import { optionsIn } from '../../../../plugin/hosts/action/issue-sections.ts'

const read = (body: string) => optionsIn({ number: 7, title: 'Sale', body })
const web = 'shop/Deployment/web'

it.each<[string, string, object]>([
  ['lines', `workloads: ${web}\ncluster: prod\nfor: 4h`, { workloads: [web], cluster: 'prod', for: '4h' }],
  ['a list', `- Workloads: \`${web}\`\n* cluster : prod`, { workloads: [web], cluster: 'prod' }],
  ['bold names', `**Workloads:** ${web}\n__cluster__: prod`, { workloads: [web], cluster: 'prod' }],
  [
    'several lines',
    `workloads: ${web}\n  shop/Deployment/api\n\nThanks`,
    { workloads: [web, 'shop/Deployment/api'] },
  ],
  ['a line with the value below', `workloads: ${web}\ncluster:\n  prod\n`, { cluster: 'prod' }],
  [
    'a form',
    `### Workloads\r\n\r\n${web}\r\n\r\n### Cluster\r\n\r\n_No response_`,
    { workloads: [web], cluster: undefined },
  ],
  ['other headings', `### Notes\n\nshop/Deployment/api\n\n### Workloads\n\n${web}`, { workloads: [web] }],
  [
    'other colons',
    `note: cluster prod is on fire\nworkloads: ${web}`,
    { workloads: [web], cluster: undefined },
  ],
])('an issue is read from %s', (_, body, options) => {
  expect(read(body)).toMatchObject({ reason: 'Sale (issue 7)', ...options })
})

it.each<[string, string, string]>([
  ['a comment', `workloads: ${web}\n<!--\nnamespaces: payments\n-->`, 'has HTML'],
  ['an instruction', `workloads: ${web}\n<?\nnamespaces: payments\n?>`, 'has HTML'],
  ['a line that names nothing', `workloads: ${web}\ncluster:\n\nprod`, 'names cluster, and nothing in it'],
  ['two clusters', `workloads: ${web}\ncluster: prod, staging`, 'several values for cluster: prod, staging'],
  ['two times', `for: 4h\nfor: 8h`, 'several values for for'],
])('an issue with %s is refused', (_, body, problem) => {
  expect(() => read(body)).toThrow(problem)
})
