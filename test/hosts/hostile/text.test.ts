import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { git } from '../program.ts'
import { textAttacks } from './text-attacks.ts'
import {
  expectInert,
  expectInertMarkdown,
  expectInertRun,
  manifest,
  openTextGround,
  plainNames,
  poison,
  poisonPath,
  quoted,
  settingsWith,
  usageOf,
} from './text-ground.ts'

const ground = openTextGround()

/** Every command that prints names of a repository, in every format. */
const reading: readonly (readonly string[])[] = [
  ['trace', 'plain'],
  ['trace', 'plain', '-o', 'json'],
  ['trace', 'plain', '--workload', 'Deployment/none'],
  ['discover'],
  ['discover', '-o', 'json'],
  ['init', '--offline', '--dry-run'],
  ['set', 'plain', '--workload', 'Deployment/none', '--set', 'requests.cpu=1'],
]
const planning: readonly (readonly string[])[] = [
  ['plan'],
  ['plan', '-o', 'json'],
  ['plan', '-o', 'markdown'],
  ['explain', 'Deployment/none'],
  ['report', '-o', 'html'],
  ['report', '-o', 'csv'],
  ['report', '-o', 'json'],
]

/** Names that are hostile, one at a time, and their places. */
const named = [
  ['the name of a workload', { name: poison }, {}],
  ['the kind of a workload', { kind: poison }, {}],
  ['the namespace of a workload', { namespace: poison }, {}],
  ['the name of a container', { container: poison }, {}],
  ['the name of a file', {}, { file: poisonPath }],
  ['the name of a directory', {}, { file: `${poisonPath.replace('.yaml', '')}/web.yaml` }],
  ['the name of a cluster', {}, { cluster: poison }],
] as const

describe('text that a repository holds as', () => {
  it.concurrent.each(named)('%s is inert in every command and format', async (name, names, more) => {
    const { file = 'web.yaml', cluster = 'prod' } = more as { file?: string; cluster?: string }
    const all = { ...plainNames, ...names }
    const repo = ground.lay(name, {
      'tortoise.yaml': settingsWith(cluster),
      [`plain/${file}`]: manifest(all),
      'plain/other.yaml': manifest({ ...plainNames, name: 'other' }),
    })
    const snapshot = join(ground.root, `${name}.json`)
    writeFileSync(snapshot, usageOf(all, cluster))
    const label = `${all.namespace}/${all.kind}/${all.name}`
    const runs = [
      ...reading,
      ...[...planning, ['explain', label], ['explain', label, '-o', 'json']].map((args) => [
        ...args,
        '--snapshot',
        snapshot,
      ]),
      [
        'set',
        'plain',
        '--workload',
        `${all.kind}/${all.name}`,
        '--set',
        `${all.container}.requests.cpu=100m`,
        '--dry-run',
      ],
    ]
    let seen = ''
    for (const args of runs) {
      const ended = await ground.run([...args, '--repo', repo])
      const isMarkdown = args.includes('markdown')
      expectInertRun(isMarkdown ? { ...ended, stdout: '' } : ended)
      if (isMarkdown) expectInertMarkdown(ended.stdout)
      if (args.includes('html'))
        expect(ended.stdout.match(/<(img|a) [^>]*/g)).toEqual([expect.stringContaining('href="#workloads"')])
      if (args.includes('json') && ended.status === 0) JSON.parse(ended.stdout)
      seen += ended.stdout + ended.stderr
    }
    expect(seen).toContain('INJECTED')
  })

  it.concurrent.each(textAttacks)('%s is inert', async (name, { files, args, env = {}, shows }) => {
    const repo = ground.lay(name, files)
    const ended = await ground.run([...args, '--repo', repo], { cwd: repo, env })
    expectInertRun(ended)
    expect(ended.stdout + ended.stderr).toMatch(shows)
  })

  it('a commit is inert in the history of a value and in the commit of a run', async () => {
    const repo = ground.lay('history', {
      'tortoise.yaml': settingsWith('prod', 'deliver: {mode: commit}\n'),
      'plain/web.yaml': manifest(plainNames),
    })
    const snapshot = join(ground.root, 'history.json')
    writeFileSync(snapshot, usageOf(plainNames))
    expectInertRun(await ground.run(['run', '--repo', repo, '--snapshot', snapshot]))
    git(repo, 'merge', '--quiet', 'tortoise/right-size')
    const file = join(repo, 'plain/web.yaml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/cpu: [^}]+/, 'cpu: 777m'))
    const author = poison.replaceAll(/[<>\r]/g, '').replaceAll('\n', ' ')
    git(repo, 'commit', '--quiet', '--all', `--author=${author} <a@b.example>`, `--message=${poison}`)
    for (const more of [[], ['-o', 'json']]) {
      const ended = await ground.run(['explain', 'Deployment/web', '--history', '--repo', repo, ...more])
      expectInertRun(ended)
      expect(ended, ended.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('777m') })
    }
  })

  it('names make a commit message of one line each, which links to nothing', async () => {
    const all = { ...plainNames, name: poison, container: poison }
    const repo = ground.lay('message', {
      'tortoise.yaml': settingsWith('prod', 'deliver: {mode: commit}\n'),
      [`plain/${poisonPath}`]: manifest(all),
    })
    const snapshot = join(ground.root, 'message.json')
    writeFileSync(snapshot, usageOf(all))
    const ended = await ground.run(['run', '--repo', repo, '--snapshot', snapshot])
    expectInertRun(ended)
    const message = git(repo, 'show', '--no-patch', '--format=%B', 'tortoise/right-size')
    expectInert(message, '\u200b')
    expect(message).toContain('INJECTED')
    expect(message).not.toMatch(/@octocat|#1|GH-2|:\/\//)
    expect(message.match(/^Tortoise-(Base|Tree): /gm)).toHaveLength(2)
  })
})

describe('a diff of a dry run', () => {
  it('shows every character of the lines beside a change', async () => {
    const comment = `# ${poison.split('\n')[0]}\n# ::error::INJECTED\n`
    const repo = ground.lay('diff', {
      'plain/web.yaml': manifest(plainNames).replace('        - name', `        ${comment}        - name`),
    })
    const ended = await ground.run([
      'set',
      'plain',
      '--repo',
      repo,
      '--workload',
      'Deployment/web',
      '--set',
      'requests.cpu=100m',
      '--dry-run',
    ])
    expectInertRun(ended)
    expect(ended.stdout).toContain('+          resources: {requests: {cpu: 100m}}')
  })

  it('names the file on its line', async () => {
    const repo = ground.lay('diff of a file', { [`plain/${poisonPath}`]: manifest(plainNames) })
    const ended = await ground.run([
      'set',
      'plain',
      '--repo',
      repo,
      '--workload',
      'Deployment/web',
      '--set',
      'requests.cpu=100m',
      '--dry-run',
    ])
    expectInertRun(ended)
    expect(ended.stdout.split('\n').filter((line) => /^(---|\+\+\+) /.test(line))).toHaveLength(2)
  })
})

describe("a program's own words", () => {
  const files = {
    'c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'c/values.yaml': `password: ${quoted(`hunter2-canary${poison}`)}\n`,
    'c/templates/a.yaml': '{{ fail .Values.password }}\n',
  }

  it('are printed with --debug, every character shown, each line marked as theirs', async () => {
    const repo = ground.lay('debug', files)
    const ended = await ground.run(['trace', 'c', '--debug', '--repo', repo])
    expect(ended.stderr).toContain('hunter2-canary')
    expectInert(ended.stderr.replaceAll('hunter2-canary', ''))
  })

  it.each([
    ['the flag in CI', ['--debug'], { CI: 'true' }],
    ['the flag on GitHub', ['--debug'], { GITHUB_ACTIONS: 'true' }],
    ['the variable in CI', [], { CI: '1', TORTOISE_DEBUG: '1' }],
    ['the variable in a plugin of Argo CD', [], { ARGOCD_APP_NAME: 'web', TORTOISE_DEBUG: '1' }],
  ])('are not printed with %s', async (name, flags, env) => {
    const repo = ground.lay(name, files)
    const ended = await ground.run(['trace', 'c', '--repo', repo, ...flags], { env })
    expectInertRun(ended)
    expect(ended.stderr).toContain('--debug prints nothing here')
    expect(ended.stderr).toContain('c/templates/a.yaml:1 calls fail')
  })
})
