import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readBlock, writeBlock } from '../../../plugin/deliver/record/hidden-block.ts'
import { type LabPullRequest, labRepositoryId } from '../../lab/github-pulls.ts'
import { programDirectory } from '../../lab/programs.mjs'
import { demoCheckout, demoFiles, git, tortoise } from '../program.ts'
import { beginPulls, type Load, manifestOf, type PullStory, pathOf } from '../pull-story.ts'

/** A change as `plan -o json` prints it. */
interface PlannedChange {
  readonly cluster?: string
  readonly workload: { readonly namespace: string; readonly kind: string; readonly name: string }
  readonly container?: string
  readonly field: string
  readonly from: string
  readonly to: string
  readonly site: { readonly file: string }
}

const keyOf = ({ cluster, workload, container = '-', field }: PlannedChange): string => {
  const { namespace, kind, name } = workload
  return `${cluster === undefined ? '' : `${cluster}/`}${namespace}/${kind}/${name} ${container} ${field}`
}

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

/** The same in the hidden block of a pull request. */
const forgedBlock = (changes: readonly PlannedChange[], closed?: string): string =>
  writeBlock({
    scope: 'x',
    base: 'a',
    head: 'b',
    digest: 'c',
    items: changes.map((one) => ({ key: keyOf(one), from: one.from, to: one.to })),
    closed,
  }).toString()

const api: Load = { name: 'api', asks: 500, uses: 100 }
const web: Load = { name: 'web', asks: 100, uses: 300 }
const branch = 'tortoise/right-size-prod'
let story: PullStory | undefined
afterEach(async () => {
  await story?.close()
  story = undefined
})

const begin = async (more: Partial<Parameters<typeof beginPulls>[0]> = {}): Promise<PullStory> => {
  story = await beginPulls({ loads: [api, web], ...more })
  return story
}

/** The changes that the program plans in a fresh clone. */
async function planned({ command }: PullStory): Promise<readonly PlannedChange[]> {
  const { args } = command()
  const { status, stdout, stderr } = await tortoise(['plan', ...args.slice(1)])
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return JSON.parse(stdout).changes
}

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
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true })
    writeFileSync(join(work, path), text)
  }
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

describe('on a forge an outsider decides nothing:', () => {
  const started = async (more: Partial<Parameters<typeof beginPulls>[0]> = {}): Promise<PullStory> => {
    const begun = await begin(more)
    await begun.pulls()
    return begun
  }
  const opened = [{ action: 'opened', branch }]
  const unchanged = [{ action: 'unchanged', number: 1 }]
  const pull = ({ server }: PullStory, number = 1): LabPullRequest => {
    const found = server.pulls[number - 1]
    if (found === undefined) throw new Error(`there is no #${number}`)
    return found
  }
  const change = ({ server }: PullStory, login: string, patch: object) =>
    server.state.pulls.change(1, patch, login)
  const ticked = (begun: PullStory): string =>
    (pull(begun).body ?? '').replace('- [ ] <!-- /tortoise snooze', '- [x] <!-- /tortoise snooze')

  /** A pull request of a fork that belongs to the same owner, with a branch named like ours. */
  const fromFork = (begun: PullStory, more: Partial<LabPullRequest>): void => {
    const all = begun.server.state.pulls.all as LabPullRequest[]
    const number = all.length + 1
    const at = new Date().toISOString()
    all.push({
      number,
      html_url: 'https://github.test/1',
      node_id: `PR_${number}`,
      requested_teams: [],
      user: { login: 'insider', type: 'User' },
      state: 'open',
      title: 'x',
      body: 'x',
      head: {
        ref: branch,
        label: `acme:${branch}`,
        sha: '0'.repeat(40),
        repo: { id: 2, full_name: 'acme/internal-fork' },
      },
      base: { ref: 'main', repo: { id: labRepositoryId, full_name: 'acme/gitops' } },
      labels: [],
      created_at: at,
      updated_at: at,
      closed_at: null,
      merged_at: null,
      ...more,
    })
  }

  it('a closed pull request of a fork with the same owner declines nothing', async () => {
    const begun = await begin()
    const closed_at = new Date().toISOString()
    fromFork(begun, { state: 'closed', closed_at, body: forgedBlock(await planned(begun)) })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 2 }])
    expect(begun.git('diff', '--name-only', 'main', branch).split('\n')).toHaveLength(2)
  })

  it('an open pull request of a fork with the same owner is not updated', async () => {
    const begun = await begin()
    fromFork(begun, { body: forgedBlock(await planned(begun)) })
    expect(await begun.pulls()).toMatchObject(opened)
    expect(pull(begun, 1)).toMatchObject({ title: 'x', state: 'open' })
  })

  it('pull requests of a fork leave room for ours', async () => {
    const begun = await begin({ deliver: '  pullRequests: { maxOpen: 2, maxNewPerHour: 2 }' })
    for (let nth = 0; nth < 5; nth += 1) fromFork(begun, {})
    expect(await begun.pulls()).toMatchObject(opened)
  })

  it('a closed pull request of the fork is not on the dashboard', async () => {
    const begun = await begin({ deliver: '  pullRequests: { dashboard: true }' })
    const body = forgedBlock(await planned(begun), 'forged reason')
    fromFork(begun, { state: 'closed', closed_at: new Date().toISOString(), body })
    await begun.pulls()
    expect(begun.server.state.issues[0]?.body).not.toContain('forged reason')
  })

  it('a pull request that a member without push access opens from our branch declines nothing', async () => {
    const begun = await begin()
    const changes = await planned(begun)
    await begun.pulls()
    begun.git('branch', 'release', 'main')
    const draft = { title: 'x', body: forgedBlock(changes), head: branch, base: 'release' }
    begun.server.state.pulls.open(draft, 'mallory')
    begun.server.state.pulls.change(2, { state: 'closed' }, 'mallory')
    expect(await begun.pulls()).toMatchObject(unchanged)
  })

  it.each<readonly [string, (begun: PullStory) => void]>([
    [
      'a label that somebody without push access set',
      ({ server }) => server.label(1, 'mallory', 'tortoise/snooze-30d'),
    ],
    ['a label that a bot set', ({ server }) => server.label(1, 'labeler[bot]', 'tortoise/ignore')],
    [
      'a label of which the forge does not say who set it',
      (begun) => void pull(begun).labels.push({ name: 'tortoise/snooze-30d' }),
    ],
    [
      'a label that somebody with push access set and an outsider set again',
      ({ server }) => {
        server.label(1, 'acme', 'tortoise/ignore')
        server.state.pulls.label(1, 'mallory', 'tortoise/ignore', false)
        server.label(1, 'mallory', 'tortoise/ignore')
      },
    ],
    [
      'a box that somebody without push access checked',
      (begun) => void change(begun, 'mallory', { body: ticked(begun) }),
    ],
    ['a box that a bot checked', (begun) => void change(begun, 'summary[bot]', { body: ticked(begun) })],
    [
      'a box of which the forge does not say who checked it',
      (begun) => {
        begun.server.state.pulls.edits.clear()
        pull(begun).body = ticked(begun)
      },
    ],
    [
      'a box that somebody with push access checked, in a text that an outsider edited since',
      (begun) => {
        change(begun, 'acme', { body: ticked(begun) })
        change(begun, 'mallory', { body: `${ticked(begun)} ` })
      },
    ],
    [
      'a command of somebody without push access',
      ({ server }) => server.say(1, 'mallory', '/tortoise ignore'),
    ],
    ['a command of a bot with push access', ({ server }) => server.say(1, 'helper[bot]', '/tortoise ignore')],
    ['a quoted command', ({ server }) => server.say(1, 'acme', '> /tortoise ignore\n\nNo.')],
    [
      'a command in a code block',
      ({ server }) => server.say(1, 'acme', 'You may write:\n\n```\n/tortoise ignore\n```\n'),
    ],
    [
      'a command in a code block without an end',
      ({ server }) => server.say(1, 'acme', '~~~\n/tortoise ignore'),
    ],
    [
      'a command in an HTML comment',
      ({ server }) => server.say(1, 'acme', '<!--\n/tortoise ignore\n-->\nLooks good.'),
    ],
    [
      'a command in preformatted text',
      ({ server }) => server.say(1, 'acme', '<pre>\n/tortoise ignore\n</pre>'),
    ],
  ])('%s', async (_name, attack) => {
    const begun = await started({ lab: { writers: ['helper[bot]'] } })
    attack(begun)
    const found = await begun.pulls()
    expect(found).toMatchObject([{ number: 1 }])
    expect(['unchanged', 'updated']).toContain(found[0]?.action)
    expect(pull(begun)).toMatchObject({ state: 'open' })
    expect(pull(begun).body).not.toContain('- [x]')
  })

  it.each(['mallory', 'stale[bot]'])('a closing by %s declines nothing', async (login) => {
    const begun = await started()
    change(begun, login, { state: 'closed' })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 2 }])
  })

  it('a closing after more events than are read declines nothing', async () => {
    const begun = await started()
    change(begun, 'acme', { state: 'closed' })
    change(begun, 'acme', { state: 'open' })
    for (let nth = 0; nth < 1000; nth += 1) begun.server.state.pulls.label(1, 'mallory', 'x', nth % 2 === 0)
    change(begun, 'mallory', { state: 'closed' })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 2 }])
  })

  it('a retry by the label of an outsider does not cancel a decision', async () => {
    const begun = await started({ loads: [api] })
    begun.server.say(1, 'acme', '/tortoise snooze 30d')
    begun.server.label(1, 'mallory', 'tortoise/retry')
    expect(await begun.pulls()).toMatchObject([{ action: 'closed', number: 1 }])
  })

  it('a reopening does not keep open what Tortoise closed', async () => {
    const begun = await started({ loads: [api] })
    begun.see([{ ...api, uses: 420 }])
    expect(await begun.pulls()).toMatchObject([{ action: 'closed', number: 1 }])
    change(begun, 'mallory', { state: 'open' })
    expect(await begun.pulls()).toMatchObject([{ action: 'closed', number: 1 }])
    expect(pull(begun).state).toBe('closed')
  })

  it('a comment with our hidden mark does not keep the reason of a closing from being written', async () => {
    const begun = await started({ loads: [api] })
    const { head = '' } = readBlock(pull(begun).body ?? '') ?? {}
    begun.server.say(1, 'mallory', `<!-- tortoise:closed ${head.slice(0, 12)} -->`)
    begun.see([{ ...api, uses: 420 }])
    await begun.pulls()
    const said = begun.server.state.comments.get(1)?.map(({ body }) => body) ?? []
    expect(said.at(-1)).toMatch(/^Closed by Tortoise/)
  })

  it('what people with push access do counts: a label, a box, a command and a closing', async () => {
    const acts: readonly ((begun: PullStory) => unknown)[] = [
      ({ server }) => server.label(1, 'ada', 'tortoise/snooze-30d'),
      (begun) => change(begun, 'ada', { body: ticked(begun) }),
      ({ server }) => server.say(1, 'ada', 'Not now.\n\n/tortoise snooze 30d'),
      (begun) => change(begun, 'ada', { state: 'closed' }),
    ]
    for (const act of acts) {
      const begun = await started({ lab: { writers: ['ada'] } })
      act(begun)
      await begun.pulls()
      expect(pull(begun).state).toBe('closed')
      expect(await begun.pulls()).toEqual([])
      await begun.close()
    }
    story = undefined
  })
})

describe('a raise after an OOM kill is proposed again after a newer kill, although it was', () => {
  const killed: Load = { name: 'api', asks: 500, uses: 450, memory: 512, killed: 5 }
  const memory = (begun: PullStory) =>
    /memory: (\S+)/.exec(begun.git('show', `${branch}:${pathOf(killed)}`))?.[1]

  it.each<readonly [string, (begun: PullStory) => void]>([
    ['declined', ({ server }) => void server.state.pulls.change(1, { state: 'closed' })],
    ['ignored', ({ server }) => server.say(1, 'acme', '/tortoise ignore')],
    ['snoozed', ({ server }) => server.say(1, 'acme', '/tortoise snooze 30d')],
    [
      'pinned',
      ({ server }) =>
        server.say(
          1,
          'acme',
          ['requests', 'limits']
            .map((one) => `/tortoise pin 512Mi Deployment/api app ${one}.memory`)
            .join('\n'),
        ),
    ],
  ])('%s', async (_name, decide) => {
    const begun = await begin({ loads: [killed] })
    expect(await begun.pulls()).toMatchObject([{ action: 'opened', number: 1 }])
    const raised = memory(begun)
    expect(raised).not.toBe('512Mi')
    decide(begun)
    await begun.pulls()
    expect(begun.server.pulls.filter(({ state }) => state === 'open')).toEqual([])
    // The window ends tomorrow: this kill is newer than what was decided now.
    begun.see([{ ...killed, killed: 0.2 }])
    expect(await begun.pulls()).toMatchObject([{ action: expect.stringMatching(/^(re)?opened$/) }])
    expect(memory(begun)).toBe(raised)
  })
})
