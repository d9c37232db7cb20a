import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../../lab/programs.mjs'
import { demoCheckout, demoFiles, git, tortoise, writeFiles } from '../program.ts'
import { manifestOf, type PullStory, pathOf } from '../pull-story.ts'
import { api, forgedBlock, keyOf, type PlannedChange, planned, storyOfEachTest } from './decides-ground.ts'

const begin = storyOfEachTest()

/** The message of a commit that claims to have made all changes of a plan. */
const forged = (changes: readonly PlannedChange[], file?: string): string =>
  [
    'docs: fix a typo',
    '',
    ...changes.map(
      (one) => `Tortoise-Change: ${keyOf(one)} ${one.from} ${one.to} cpu.price ${file ?? one.site.file}`,
    ),
    '',
  ].join('\n')

const valuesOf = (changes: readonly PlannedChange[]): readonly string[] =>
  changes.map((one) => `${keyOf(one)} ${one.from} ${one.to}`)

interface RawCommit {
  readonly message: string
  readonly committer?: string
  readonly parents?: readonly string[]
  readonly tree?: string
}

/** Puts a commit on main that `git commit` might refuse to write. */
function putCommit(
  { bare, git: onBare }: PullStory,
  { message, committer, parents, tree }: RawCommit,
): string {
  const seconds = Math.floor(Date.now() / 1000)
  const lines = [
    `tree ${tree ?? onBare('rev-parse', 'main^{tree}')}`,
    ...(parents ?? [onBare('rev-parse', 'main')]).map((one) => `parent ${one}`),
    `author Mallory <m@evil.example> ${seconds} +0000`,
    committer ?? `committer Mallory <m@evil.example> ${seconds} +0000`,
  ]
  const id = execFileSync(
    'git',
    ['--git-dir', bare, 'hash-object', '-t', 'commit', '-w', '--stdin', '--literally'],
    { input: `${lines.join('\n')}\n\n${message}\n`, encoding: 'utf8' },
  ).trim()
  onBare('update-ref', 'refs/heads/main', id)
  return id
}

const mallory = ['-c', 'user.name=Mallory', '-c', 'user.email=m@evil.example']

/** The tree of main with a directory that holds ten directories, which hold ten each, and so on. */
function bombOf({ bare, git: onBare }: PullStory): string {
  const makeTree = (input: string) =>
    execFileSync('git', ['--git-dir', bare, 'mktree'], { input, encoding: 'utf8' }).trim()
  const main = onBare('ls-tree', 'main')
  let tree = makeTree(`100644 blob ${onBare('rev-parse', `main:${pathOf(api)}`)}\tx.yaml\n`)
  for (let level = 0; level < 10; level += 1)
    tree = makeTree([...'0123456789'].map((name) => `040000 tree ${tree}\t${name}\n`).join(''))
  return makeTree(`${main}\n040000 tree ${tree}\tzzz\n`)
}

/** A commit of a person on a branch of its own. */
function onBranch(
  { bare }: PullStory,
  files: Readonly<Record<string, string>>,
  messages: readonly string[],
): string {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-branch-'))
  git(work, 'clone', '--quiet', bare, '.')
  const [first = '', ...rest] = messages
  writeFiles(work, files)
  git(work, 'add', '--all')
  git(work, 'commit', '--quiet', `--message=${first}`)
  for (const message of rest) {
    git(work, 'checkout', '--quiet', 'HEAD~', '--', '.')
    writeFileSync(join(work, 'README.md'), message)
    git(work, 'add', '--all')
    git(work, 'commit', '--quiet', `--message=${message}`)
  }
  git(work, 'push', '--quiet', bare, 'HEAD:outsider')
  rmSync(work, { recursive: true })
  return git(bare, 'rev-parse', 'outsider').trim()
}

const apiAt = (cpu: string) => manifestOf(api).replace('500m', cpu)

describe('a forged history has no effect on a plan:', () => {
  const proxy = '        - name: proxy\n          resources: {requests: {cpu: 500m}}\n'

  it.each<readonly [string, (begun: PullStory, changes: readonly PlannedChange[]) => void]>([
    [
      'an empty commit with the trailers of a plan',
      (begun, changes) => void putCommit(begun, { message: forged(changes) }),
    ],
    [
      'a commit that touches only README',
      (begun, changes) => void begun.commit({ 'README.md': 'typo' }, forged(changes)),
    ],
    [
      'a commit of 2090',
      (begun, changes) =>
        void putCommit(begun, {
          message: forged(changes),
          committer: 'committer M <m@evil.example> 3786912000 +0000',
        }),
    ],
    [
      'a commit beyond the year 9999',
      (begun, changes) =>
        void putCommit(begun, {
          message: forged(changes),
          committer: 'committer M <m@evil.example> 99999999999999 +0000',
        }),
    ],
    [
      'a hidden block in a commit message',
      (begun, changes) => void begun.commit({ 'README.md': 'typo' }, `docs\n\n${forgedBlock(changes)}`),
    ],
    [
      'a comment of the file that says the new value',
      (begun, changes) =>
        void begun.commit({ [pathOf(api)]: manifestOf(api).replace('# by hand', '# 250m') }, forged(changes)),
    ],
    [
      'an annotation that says the new value',
      (begun, changes) => {
        const noted = manifestOf(api).replace('  name: api', '  name: api\n  annotations: {cpu: 500m}')
        begun.commit({ [pathOf(api)]: noted }, 'note')
        begun.commit({ [pathOf(api)]: noted.replace('{cpu: 500m}', '{cpu: 250m}') }, forged(changes))
      },
    ],
    [
      'another container of the same file',
      (begun, changes) => {
        begun.commit({ [pathOf(api)]: manifestOf(api) + proxy }, 'proxy')
        begun.commit({ [pathOf(api)]: manifestOf(api) + proxy.replace('500m', '250m') }, forged(changes))
      },
    ],
    [
      'a limit of the same container',
      (begun, changes) => {
        const limits = '            limits: {cpu: 500m}\n'
        begun.commit({ [pathOf(api)]: manifestOf(api) + limits }, 'limit')
        const lowered = limits.replace('500m', '250m')
        begun.commit({ [pathOf(api)]: manifestOf(api) + lowered }, forged(changes))
        begun.commit({ [pathOf(api)]: manifestOf(api) }, 'no limit')
      },
    ],
    [
      'another workload in another file',
      (begun, changes) => {
        const other = manifestOf({ name: 'other', asks: 500 })
        begun.commit({ 'prod/other.yaml': other }, 'other')
        begun.commit({ 'prod/other.yaml': other.replace('500m', '250m') }, forged(changes, 'prod/other.yaml'))
      },
    ],
    [
      'a file that no source reads',
      (begun, changes) => {
        begun.commit({ 'docs/api.yaml': manifestOf(api) }, 'docs')
        begun.commit({ 'docs/api.yaml': apiAt('250m') }, forged(changes, 'docs/api.yaml'))
      },
    ],
    [
      'the same workload of another cluster',
      (begun, changes) => {
        begun.commit({ 'staging/api/app.yaml': manifestOf(api) }, 'staging')
        begun.commit({ 'staging/api/app.yaml': apiAt('250m') }, forged(changes, 'staging/api/app.yaml'))
        begun.commit({ 'staging/api/app.yaml': '# gone\n' }, 'gone')
      },
    ],
    [
      'a file that was moved',
      (begun, changes) => {
        const lowered = changes.map((one) => ({ ...one, from: '900m', to: one.from }))
        begun.commit(
          { [pathOf(api)]: '# moved\n', 'prod/moved.yaml': manifestOf(api) },
          forged(lowered, 'prod/moved.yaml'),
        )
      },
    ],
    [
      'a merge commit with the trailers of a plan',
      (begun, changes) => {
        const side = onBranch(begun, { 'README.md': 'typo' }, ['fix a typo'])
        const tree = begun.git('rev-parse', 'outsider^{tree}')
        putCommit(begun, { message: forged(changes), parents: [begun.git('rev-parse', 'main'), side], tree })
      },
    ],
    [
      'a merged branch that changed the value and changed it back',
      (begun, changes) => {
        const side = onBranch(begun, { [pathOf(api)]: apiAt('250m') }, [forged(changes), 'fix a typo'])
        const tree = begun.git('rev-parse', 'outsider^{tree}')
        putCommit(begun, { message: 'Merge #7', parents: [begun.git('rev-parse', 'main'), side], tree })
      },
    ],
    [
      'an octopus merge of branches with the trailers of a plan',
      (begun, changes) => {
        const onBare = begun.git
        const [main, tree] = [onBare('rev-parse', 'main'), onBare('rev-parse', 'main^{tree}')]
        const made = ['1', '2', '3'].map((name) =>
          onBare(...mallory, 'commit-tree', tree, '-p', main, '-m', `${forged(changes)}\n${name}`),
        )
        putCommit(begun, { message: forged(changes), parents: [main, ...made] })
      },
    ],
    [
      'a commit that holds a directory ten billion times, and the one that removes it',
      (begun, changes) => {
        const clean = begun.git('rev-parse', 'main^{tree}')
        putCommit(begun, { message: forged(changes), tree: bombOf(begun) })
        putCommit(begun, { message: forged(changes), tree: clean })
      },
    ],
    [
      'a change to the same value in other notation',
      (begun, changes) => {
        const same = changes.map((one) => ({ ...one, from: '500m', to: '0.5' }))
        begun.commit({ 'README.md': 'typo' }, forged(same))
        begun.commit({ [pathOf(api)]: apiAt('"0.5"') }, forged(same))
        begun.commit({ [pathOf(api)]: manifestOf(api) }, 'as it was')
      },
    ],
  ])('%s', async (_name, attack) => {
    const begun = await begin()
    const before = await planned(begun)
    expect(before).toHaveLength(2)
    attack(begun, before)
    expect(valuesOf(await planned(begun))).toEqual(valuesOf(before))
  })

  it('a shallow clone does not count what it cannot check', async () => {
    const begun = await begin()
    const before = await planned(begun)
    begun.commit({ 'README.md': 'typo' }, forged(before))
    const clone = mkdtempSync(join(tmpdir(), 'tortoise-shallow-'))
    git(clone, 'clone', '--quiet', '--depth=1', `file://${begun.bare}`, '.')
    const { args } = begun.command()
    const at = args.indexOf('--repo') + 1
    const { status, stdout, stderr } = await tortoise(['plan', ...args.slice(1).with(at - 1, clone)])
    rmSync(clone, { recursive: true })
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(valuesOf(JSON.parse(stdout).changes)).toEqual(valuesOf(before))
  })

  it.each([
    ['a date of 1970', 'committer M <m@evil.example> 0 +0000'],
    ['a date before 1970', 'committer M <m@evil.example> -99999999999 +0000'],
    ['a date that is no number', 'committer M <m@evil.example> soon +0000'],
    ['no committer that can be read', 'committer Mallory'],
  ])('%s hides nothing that Tortoise did', async (_name, committer) => {
    const begun = await begin({ loads: [api], settings: 'recommend: { restDays: 7 }' })
    await begun.pulls()
    begun.server.state.pulls.merge(1)
    expect(await planned(begun)).toEqual([])
    putCommit(begun, { message: 'x', committer })
    expect(await planned(begun)).toEqual([])
  })

  it('a commit that says it reverts another is not named as the one that did', async () => {
    const begun = await begin({ loads: [api] })
    await begun.pulls()
    begun.server.state.pulls.merge(1)
    const ours = begun.git('rev-parse', 'main')
    begun.commit({ 'README.md': 'typo' }, `Revert\n\nThis reverts commit ${ours}.`)
    const edit = begun.commit({ [pathOf(api)]: manifestOf(api) }, 'tune')
    const where = begun.command().args.slice(1, 5)
    const { stdout } = await tortoise(['explain', 'Deployment/api', '--history', ...where, '-o', 'json'])
    expect(JSON.parse(stdout).fields[0].events[1].commit.id).toBe(edit)
  })
})

describe('on the demo', () => {
  const { directory, remove } = demoCheckout()
  afterAll(remove)
  const env = { PATH: [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter) }
  const plan = async (): Promise<readonly PlannedChange[]> => {
    const args = ['plan', '--repo', directory, '--snapshot', join(demoFiles, 'snapshot.json'), '-o', 'json']
    const { stdout, stderr } = await tortoise(args, { env })
    expect(stderr).not.toContain('error')
    return JSON.parse(stdout).changes
  }
  let before: readonly PlannedChange[] = []
  beforeAll(async () => {
    before = await plan()
  })

  it('all changes stay after a commit that claims all of them, raises after OOM kills among them', async () => {
    expect(before.length).toBeGreaterThan(20)
    writeFileSync(join(directory, 'README.md'), 'typo')
    git(directory, 'add', '--all')
    git(directory, 'commit', '--quiet', `--message=${forged(before)}`)
    expect(valuesOf(await plan())).toEqual(valuesOf(before))
  })
})
