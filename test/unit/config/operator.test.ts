import { describe, expect, it } from 'vitest'
import { settingNames } from '../../../config/find-settings.ts'
import { combineSettings, loadSettings } from '../../../config/load.ts'
import { operatorSchema } from '../../../config/operator.ts'
import { allowedNames } from '../../../config/operator-file.ts'
import { elementOf, shapeOf } from '../../../config/schema-walk.ts'
import type { SettingsRequest } from '../../../config/screen-settings.ts'
import { canBeAllowed, isOperatorSetting, settingLists } from '../../../config/setting-kinds.ts'
import { ExpectedStop } from '../../../plugin/model/problem.ts'

/** Settings of a repository, merged with operator settings. */
const merged = (repository: string, operator?: string, more: Partial<SettingsRequest> = {}) =>
  combineSettings({
    main: { file: 'tortoise.yaml', text: repository },
    isReviewed: true,
    ...(operator === undefined ? {} : { operator: { file: 'operator.yaml', text: operator } }),
    ...more,
  })

const problemsOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof ExpectedStop) return error.problems
    throw error
  }
  return []
}

const names = (list: readonly { readonly name: string; readonly reason?: string }[] = []) =>
  list.map(({ name, reason }) => (reason === undefined ? name : `${name} ${reason}`))

describe('the kinds of settings', () => {
  it('are operator settings unless they are listed: a new setting is safe', () => {
    expect(isOperatorSetting('something.new')).toBe(true)
    expect(isOperatorSetting('clusters.prometheus.somethingNew')).toBe(true)
    expect(isOperatorSetting('recommend.profile')).toBe(false)
  })

  it.each([
    'programs.kustomize',
    'sandbox',
    'kubernetes.exec',
    'clusters.prometheus.url',
    'clusters.prometheus.tokenEnv',
    'clusters.prometheus.headers',
    'clusters.kubernetes.kubeconfig',
    'clusters.kubernetes.kinds',
    'clusters.samples',
    'deliver.remote.url',
    'deliver.github.repository',
    'deliver.commits.signing.keyFile',
    'serve.leaderElection.namespace',
  ])('%s is an operator setting', (name) => {
    expect(settingNames()).toContain(name)
    expect(isOperatorSetting(name)).toBe(true)
  })

  it('all have a place: every operator setting can be in a file of operator settings', () => {
    const known = new Set<string>()
    const collect = (schema: unknown, prefix: string): void => {
      for (const [key, inner] of Object.entries(shapeOf(schema) ?? {})) {
        known.add(`${prefix}${key}`)
        collect(settingLists.includes(`${prefix}${key}`) ? elementOf(inner) : inner, `${prefix}${key}.`)
      }
    }
    collect(operatorSchema, '')
    expect(settingNames().filter((name) => isOperatorSetting(name) && !known.has(name))).toEqual([])
  })

  it('that decide which programs run cannot be allowed', () => {
    expect(['programs.helm', 'sandbox', 'kubernetes.exec'].map(canBeAllowed)).toEqual([false, false, false])
    expect(allowedNames(['clusters[].prometheus.url', 'deliver'], 'x')).toEqual([
      'clusters.prometheus.url',
      'deliver',
    ])
  })
})

describe('settings of a repository', () => {
  it('lose what is not allowed, and say where it was and both ways to fix it', () => {
    const { clusters, denied } = merged(
      'clusters:\n  - name: prod\n    prometheus: {url: "http://a", labels: {cluster: x}}\n',
    )
    expect(clusters[0]?.prometheus).toMatchObject({ labels: { cluster: 'x' } })
    expect(clusters[0]?.prometheus?.url).toBeUndefined()
    expect(denied?.map(({ problem }) => problem)).toEqual([
      {
        code: 'settings.operator',
        message:
          'clusters.prometheus.url of cluster prod is an operator setting, which this repository may not set',
        hint: expect.stringMatching(
          /clusters: \[\{ name: prod, prometheus: \{ url: "http:\/\/a" \} \}\][\s\S]*--allow-from-repository clusters\.prometheus\.url/,
        ),
        place: { file: 'tortoise.yaml', line: 3, column: 23 },
      },
    ])
  })

  it('keep what is allowed by its name or by that of a group', () => {
    const text = 'clusters: [{name: prod, prometheus: {url: "http://a", tokenEnv: T}}]'
    const one = merged(text, undefined, { allowed: ['clusters.prometheus.url'] })
    expect(one.clusters[0]?.prometheus).toMatchObject({ url: 'http://a' })
    expect(names(one.denied)).toEqual(['clusters.prometheus.tokenEnv reviewed'])
    const group = merged(text, 'allow: [clusters.prometheus]\n')
    expect(group.clusters[0]?.prometheus).toMatchObject({ url: 'http://a', tokenEnv: 'T' })
    expect(group.denied).toEqual([])
  })

  it('never name programs, not even where everything is allowed', () => {
    const { programs, sandbox, denied } = merged(
      'programs: {helm: /x}\nsandbox: off\nkubernetes: {exec: true}\n',
      'allow: [clusters, deliver, serve]\n',
    )
    expect([programs.helm, sandbox]).toEqual([undefined, 'preferred'])
    expect(names(denied)).toEqual(['programs.helm never', 'sandbox never', 'kubernetes.exec never'])
  })

  it('lose a mapping that sets something by being there', () => {
    const { clusters, denied } = merged(
      'clusters: [{name: prod, prometheus: {google: {scope: x}, azure: {}}, kubernetes: {}}]',
      'clusters: [{name: prod, prometheus: {url: "http://a"}}]',
    )
    expect(clusters[0]?.prometheus).not.toHaveProperty('google')
    expect(clusters[0]?.prometheus).not.toHaveProperty('azure')
    expect(clusters[0]).toHaveProperty('kubernetes')
    expect(names(denied)).toEqual([
      'clusters.prometheus.google.scope reviewed',
      'clusters.prometheus.azure reviewed',
    ])
  })

  it('cannot give a part of a server whose other parts the operator gives', () => {
    const { clusters, denied } = merged(
      'clusters: [{name: prod, prometheus: {url: "http://evil"}}, {name: other, prometheus: {url: "http://b"}}]',
      'allow: [clusters.prometheus.url]\nclusters: [{name: prod, prometheus: {tokenEnv: T}}]',
    )
    expect(clusters.map(({ prometheus }) => prometheus?.url)).toEqual([undefined, 'http://b'])
    expect(names(denied)).toEqual(['clusters.prometheus.url mixed'])
  })

  it('hide a login in a URL, and all headers, from messages', () => {
    const { denied } = merged(
      'clusters: [{name: prod, prometheus: {url: "http://me:hunter2@a", headers: {X: hunter2}}}]',
    )
    expect(JSON.stringify(denied)).not.toContain('hunter2')
  })

  it('print what they hold in ASCII on one line', () => {
    const { denied } = merged('clusters: [{name: "a\\n\\e[31m", prometheus: {url: "http://\\u202Ex"}}]')
    for (const { problem } of denied ?? [])
      expect(problem.message + problem.hint).not.toMatch(/[^\n\x20-\x7e]/)
  })
})

describe('operator settings', () => {
  it('win, setting by setting', () => {
    const { clusters, denied } = merged(
      'clusters: [{name: prod, paths: [a], prometheus: {url: "http://a", labels: {cluster: x, b: c}}}]',
      'clusters: [{name: prod, prometheus: {url: "http://b", labels: {cluster: y}}}]',
    )
    expect(clusters).toMatchObject([{ paths: ['a'], prometheus: { url: 'http://b' } }])
    expect(clusters[0]?.prometheus?.labels).toEqual({ cluster: 'y' })
    expect(names(denied)).toEqual(['clusters.prometheus.url overridden'])
  })

  it('are joined with clusters by name, whatever their order; the repository says which clusters there are', () => {
    const { clusters } = merged(
      'clusters: [{name: b}, {name: a}]',
      'clusters: [{name: a, prometheus: {url: "http://a"}}, {name: c}, {name: b, prometheus: {url: "http://b"}}]',
    )
    expect(clusters.map(({ name, prometheus }) => [name, prometheus?.url])).toEqual([
      ['b', 'http://b'],
      ['a', 'http://a'],
    ])
  })

  it('say which clusters there are where the repository lists none: those that its sources name, or all', () => {
    const operator = 'clusters: [{name: a}, {name: b}]'
    expect(names(merged('', operator).clusters)).toEqual(['a', 'b'])
    expect(names(merged('sources: [{path: x, cluster: b}]', operator).clusters)).toEqual(['b'])
  })

  it('about several repositories are no settings of a single one', () => {
    const central = {
      repositories: [{ url: 'https://git.example.com/acme/shop.git', branch: 'main' }],
      discover: { allow: [{ url: 'https://git.example.com/acme/*' }] },
      dashboard: { url: 'https://git.example.com/acme/ops.git' },
    }
    const { deliver, ...settings } = merged('sources: []', JSON.stringify({ ...central, sandbox: 'off' }))
    expect(settings.sandbox).toBe('off')
    expect(deliver.remote).toBeUndefined()
    expect(Object.keys(settings)).not.toContain('repositories')
  })

  it('find repositories in clusters that they can read alone', () => {
    const [problem, ...more] = problemsOf(() =>
      merged(
        '',
        'clusters: [{ name: prod, kubernetes: {} }, { name: dev }]\ndiscover:\n  clusters: [prod, dev]\n',
      ),
    )
    expect(more).toEqual([])
    expect(problem).toMatchObject({
      message: 'the live objects of cluster dev cannot be read: it has no kubernetes',
      place: { file: 'operator.yaml', line: 3, column: 20 },
    })
  })

  it('send no token of GitHub Enterprise to github.com', () => {
    const messages = (allow: object) =>
      problemsOf(() => merged('', JSON.stringify({ discover: { allow: [allow] } }))).map(({ hint }) => hint)
    expect(messages({ url: 'https://ghe.example.com/acme/*', github: {} })).toEqual([
      'Set it for GitHub Enterprise: apiUrl: https://ghe.example.com/api/v3',
    ])
    const apiUrl = 'https://ghe.example.com/api/v3'
    expect(messages({ url: 'https://ghe.example.com/acme/*', github: { apiUrl } })).toEqual([])
    expect(messages({ url: 'https://github.com/acme/*', github: {} })).toEqual([])
  })

  it('have relative paths from their own directory', () => {
    const { clusters } = combineSettings({
      main: { file: 'tortoise.yaml', text: 'clusters: [{name: a}]' },
      isReviewed: true,
      operator: {
        file: 'operator.yaml',
        text: 'clusters: [{name: a, kubernetes: {kubeconfig: kc}, prometheus: {url: "http://a", tls: {caFile: /ca}}}]',
        absolute: (path) => (path.startsWith('/') ? path : `/etc/op/${path}`),
      },
    })
    expect(clusters).toMatchObject([
      { kubernetes: { kubeconfig: '/etc/op/kc' }, prometheus: { tls: { caFile: '/ca' } } },
    ])
  })

  it('with an unknown or repeated name are refused at their place', () => {
    const problems = problemsOf(() => merged('', 'clusters:\n  - {name: a}\n  - {name: a}\n'))
    expect(problems).toMatchObject([{ place: { file: 'operator.yaml', line: 3 } }])
    expect(problemsOf(() => merged('', 'sourcez: []\n'))).toMatchObject([
      { message: 'unknown setting sourcez', place: { file: 'operator.yaml', line: 1 } },
    ])
    expect(problemsOf(() => merged('', 'sources: []\n'))).toMatchObject([
      { message: 'sources is a repository setting', place: { file: 'operator.yaml', line: 1 } },
    ])
    expect(problemsOf(() => merged('', 'allow: [clusters.promtheus]\n'))).toMatchObject([
      {
        message: 'there is no setting clusters.promtheus to allow',
        hint: 'Did you mean clusters.prometheus?',
      },
    ])
  })

  it('with a wrong value are refused in the file that has it', () => {
    const problems = problemsOf(() =>
      merged(
        'clusters: [{name: b}, {name: a}]\n',
        'clusters:\n  - name: a\n    prometheus: {url: ftp://x}\n',
      ),
    )
    expect(problems).toMatchObject([{ place: { file: 'operator.yaml', line: 3 } }])
  })

  it('are in a file of both kinds where that is not part of the repository', () => {
    const settings = loadSettings(
      'x.yaml',
      'programs: {helm: /x}\nclusters: [{name: a, prometheus: {url: "http://a"}}]\n',
    )
    expect(settings).toMatchObject({ programs: { helm: '/x' }, denied: [] })
    expect(names(settings.operated)).toEqual(['programs.helm', 'clusters.prometheus.url'])
  })
})
