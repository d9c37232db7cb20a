import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoCheckout, demoFiles, tortoise } from './program.ts'

const snapshot = join(demoFiles, 'snapshot.json')
const token = 'tk-4f1c0ffee4f1c0ffee'
const work = { directory: '', remove: () => {}, files: '' }
beforeAll(() => {
  Object.assign(work, demoCheckout(), { files: mkdtempSync(join(tmpdir(), 'tortoise-bad-')) })
  symlinkSync('/etc', join(work.directory, 'apps', 'outside'))
})
afterAll(() => {
  work.remove()
  rmSync(work.files, { recursive: true, force: true })
})

function file(name: string, text: string): string {
  const path = join(work.files, name)
  writeFileSync(path, text)
  return path
}

const settings = (name: string, text: string): readonly string[] => ['--settings', file(name, text)]
const plan = (...args: readonly string[]): readonly string[] => [
  'plan',
  '--repo',
  work.directory,
  '--snapshot',
  snapshot,
  ...args,
]

interface Case {
  readonly args: () => readonly string[]
  /** What the message must name: the place and the fix. */
  readonly says: readonly RegExp[]
}

const cases: Readonly<Record<string, Case>> = {
  'settings that are not YAML': {
    args: () => plan(...settings('broken.yaml', 'sources:\n  - path: [apps\n')),
    says: [/broken\.yaml:3:1/, /Correct the YAML/],
  },
  'an unknown setting, with what was probably meant': {
    args: () => plan(...settings('unknown.yaml', 'sources: []\nrecomend:\n  cpuSpare: 20\n')),
    says: [/unknown\.yaml:2:1: unknown setting recomend/, /Did you mean recommend\?/],
  },
  'an unknown setting deep inside': {
    args: () => plan(...settings('deep.yaml', 'deliver:\n  author:\n    mail: a@b.example\n')),
    says: [/deep\.yaml:3:5: unknown setting deliver\.author\.mail/, /Did you mean email\?/],
  },
  'several mistakes, all at once': {
    args: () =>
      plan(...settings('many.yaml', 'history:\n  days: 99\nsources:\n  - path: /abs\n  - path: ../up\n')),
    says: [
      /many\.yaml:2:9: history\.days/,
      /many\.yaml:4:11: sources\.0\.path: must stay inside/,
      /many\.yaml:5:11/,
    ],
  },
  'a cluster that is not named': {
    args: () =>
      plan(
        ...settings(
          'cluster.yaml',
          'clusters: [{name: prod}]\nsources:\n  - path: apps\n    cluster: live\n',
        ),
      ),
    says: [/cluster\.yaml:4:14: cluster live is not among clusters/, /prod/],
  },
  'a branch that is not ours': {
    args: () => plan(...settings('branch.yaml', 'deliver:\n  branch: main\n')),
    says: [/branch\.yaml:2:11: branch main does not begin with tortoise\//, /tortoise\//],
  },
  'settings that are not there': {
    args: () => plan('--settings', 'nowhere.yaml'),
    says: [/no settings file nowhere\.yaml/, /--settings/],
  },
  'no sources': { args: () => plan(...settings('empty.yaml', '')), says: [/lists no sources/, /sources:/] },
  'a source that is not there': {
    args: () => plan(...settings('gone.yaml', 'sources:\n  - path: apps/overlays/live\n')),
    says: [/apps\/overlays\/live: this path does not exist/, /root of the repository/],
  },
  'a source outside the repository': {
    args: () => ['trace', '../elsewhere', '--repo', work.directory],
    says: [/outside the repository/, /--repo/],
  },
  'a source behind a link that leads outside': {
    args: () => ['trace', 'apps/outside', '--repo', work.directory],
    says: [/apps\/outside: the path is a link to \/etc, outside the repository/],
  },
  'a values file outside the repository': {
    args: () => ['trace', 'charts/web', '--values', '../../etc/passwd', '--repo', work.directory],
    says: [/outside the repository/],
  },
  'an unreachable Prometheus': {
    args: () => [
      'plan',
      '--repo',
      work.directory,
      '--cluster',
      'prod',
      '--prometheus',
      'http://127.0.0.1:9/prom',
    ],
    says: [/127\.0\.0\.1:9/],
  },
  'nothing that says where usage is': {
    args: () => ['plan', '--repo', work.directory],
    says: [/--prometheus URL/, /--snapshot FILE/],
  },
  'a snapshot that is not there': {
    args: () => ['plan', '--repo', work.directory, '--snapshot', 'none.json'],
    says: [/none\.json/, /tortoise snapshot/],
  },
  'a snapshot that is not JSON': {
    args: () => ['plan', '--repo', work.directory, '--snapshot', file('text.json', 'kind: Pod\n')],
    says: [/text\.json/, /tortoise snapshot/],
  },
  'a snapshot of another kind': {
    args: () => [
      'plan',
      '--repo',
      work.directory,
      '--snapshot',
      file('pod.json', '{"kind": "Pod", "version": 1}'),
    ],
    says: [/pod\.json/, /tortoise snapshot/],
  },
  'a snapshot that was cut short': {
    args: () => [
      'plan',
      '--repo',
      work.directory,
      '--snapshot',
      file('cut.json', '{"kind":"TortoiseSnapshot","version":1,"observ'),
    ],
    says: [/cut\.json/, /tortoise snapshot/],
  },
  'a repository that is not there': {
    args: () => ['plan', '--repo', '/nowhere/at/all'],
    says: [/no directory \/nowhere\/at\/all/, /--repo/],
  },
  'a field that does not exist': {
    args: () => [
      'set',
      'apps/overlays/prod',
      '--repo',
      work.directory,
      '--workload',
      'Deployment/cart',
      '--set',
      'cpu=1',
    ],
    says: [/\[container\.\]field=value/, /requests\.cpu/],
  },
  'a workload that does not exist': {
    args: () => [
      'set',
      'apps/overlays/prod',
      '--repo',
      work.directory,
      '--workload',
      'Deployment/carts',
      '--set',
      'requests.cpu=1',
    ],
    says: [/renders no Deployment\/carts/, /Deployment\/cart/],
  },
  'a container that must be chosen': {
    args: () => [
      'set',
      'apps/overlays/prod',
      '--repo',
      work.directory,
      '--workload',
      'Deployment/cart',
      '--set',
      'requests.cpu=1',
    ],
    says: [/several containers/, /cart.*envoy/],
  },
  'an unknown command': { args: () => ['optimise'], says: [/unknown command/, /--help/] },
  'an unknown flag': { args: () => ['plan', '--dry'], says: [/unknown option/, /--help/] },
}

describe('bad input ends with exit 2 and a message that names the place and the fix', () => {
  it.each(Object.entries(cases))('%s', async (_name, { args, says }) => {
    const ended = await tortoise(args(), { env: { GITHUB_TOKEN: token, TORTOISE_GIT_TOKEN: token } })
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    for (const pattern of says) expect(ended.stderr).toMatch(pattern)
    expect(ended.stderr).not.toContain(token)
    expect(ended.stderr).not.toMatch(/\n {4}at /)
  })

  it('a missing helm: what, where it was looked for, how to install it', async () => {
    const ended = await tortoise(['trace', 'charts/web', '--repo', work.directory], {
      env: { PATH: '/nowhere' },
    })
    expect(ended.status).toBe(2)
    expect(ended.stderr).toMatch(/helm is needed.*\/nowhere[\s\S]*Install helm[\s\S]*programs:/)
  })

  it('a program that settings name and that is none', async () => {
    const ended = await tortoise([
      'trace',
      'apps/overlays/prod',
      '--repo',
      work.directory,
      ...settings('programs.yaml', 'programs: {kustomize: /nowhere/kustomize}\n'),
    ])
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/programs\.kustomize.*\/nowhere\/kustomize[\s\S]*Correct/),
    })
  })

  it('a source that does not render: the template, its line and the missing value, not the words of the program', async () => {
    writeFileSync(
      join(work.directory, 'charts/web/templates/broken.yaml'),
      '{{ required "set .Values.owner" .Values.owner }}\n',
    )
    const ended = await tortoise(['trace', 'charts/web', '--repo', work.directory])
    rmSync(join(work.directory, 'charts/web/templates/broken.yaml'))
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(
        'charts/web/templates/broken.yaml:1 requires .Values.owner, which has no value',
      ),
    })
    expect(ended.stderr).not.toContain('set .Values.owner')
  })
})

describe('help', () => {
  it.each([
    ['--help'],
    ['plan', '--help'],
    ['run', '--help'],
    ['trace', '--help'],
    ['set', '--help'],
    ['snapshot', '--help'],
    ['demo', '--help'],
  ])('tortoise %s %s prints usage on stdout', async (...args) => {
    expect(await tortoise(args)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringContaining('Usage: tortoise'),
    })
  })
})
