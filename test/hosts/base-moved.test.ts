import { readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { statedBase, statedTree } from '../../plugin/deliver/record/commit-message.ts'
import { type GitServer, startGitServer } from '../lab/git-server.ts'
import type { GitHubLab } from '../lab/github-state.ts'
import { git, tortoise } from './program.ts'
import { beginPulls, type Load, manifestOf, type PullStory, pathOf } from './pull-story.ts'

const api: Load = { name: 'api', asks: 500, uses: 100 }
const branch = 'tortoise/right-size-prod'
let story: PullStory
const servers: GitServer[] = []
afterEach(async () => {
  await story.close()
  for (const server of servers.splice(0)) await server.close()
})

const annotated = (nth: number) =>
  ({ [pathOf(api)]: `# owners: shop, revision ${nth}\n${manifestOf(api)}` }) as const

/** A server on which a person pushes to main each time that its head is read, for a number of times after the first. */
function pushing(
  times: number,
  files: (nth: number) => Readonly<Record<string, string>>,
): Partial<GitHubLab> {
  let asked = 0
  return {
    before: ({ path }) => {
      if (!path.endsWith('/git/ref/heads/main')) return undefined
      asked += 1
      if (asked > 1 && asked <= times + 1) story.commit(files(asked))
      return undefined
    },
  }
}

/** Whether the commit of a branch has our trailers, and its parent is a commit of main with the value that it was proved for. */
function expectProved(): void {
  const message = story.git('log', '-1', '--format=%B', branch)
  expect(statedBase(message)).toBe(story.git('rev-parse', `${branch}^`))
  expect(statedTree(message)).toBe(story.git('rev-parse', `${branch}^{tree}`))
  story.git('merge-base', '--is-ancestor', `${branch}^`, 'main')
  expect(story.git('diff', '--name-only', `${branch}^`, branch)).toBe(pathOf(api))
  expect(story.git('show', `${branch}:${pathOf(api)}`)).toContain('cpu: 250m # by hand')
}

describe('while a change is proved, the base moves', () => {
  it('in what the proof reads: everything is read and proved again, and no change of the person is lost', async () => {
    story = await beginPulls({ loads: [api], lab: pushing(1, annotated) })
    const ended = await story.run()
    expect(ended.stderr).toContain('the run plans again')
    expect(ended.status).toBe(0)
    expectProved()
    expect(story.git('rev-parse', `${branch}^`)).toBe(story.git('rev-parse', 'main'))
    expect(story.git('show', `${branch}:${pathOf(api)}`)).toContain('# owners: shop')
    expect(story.server.pulls).toHaveLength(1)
  })

  it('elsewhere: the proof holds, and the parent of the commit is the new head', async () => {
    story = await beginPulls({ loads: [api], lab: pushing(1, (nth) => ({ [`docs/${nth}.md`]: 'x\n' })) })
    const ended = await story.run()
    expect(ended).toMatchObject({ status: 0, stderr: expect.not.stringContaining('again') })
    expectProved()
    expect(story.git('rev-parse', `${branch}^`)).toBe(story.git('rev-parse', 'main'))
  })

  it('without an end: it gives up with the reason, and has written nothing', async () => {
    story = await beginPulls({ loads: [api], lab: pushing(99, annotated) })
    const ended = await story.run()
    expect(ended.status).toBe(2)
    expect(ended.stderr).toMatch(/main moved to \w{10} during the run/)
    expect(story.server.pulls).toEqual([])
    expect(story.git('for-each-ref', 'refs/heads/tortoise')).toBe('')
  })

  it('before it began: the clone is behind, and the files of the server are read', async () => {
    story = await beginPulls({ loads: [api] })
    const { args, env } = story.command()
    story.commit({ ...annotated(1), 'prod/deep/er/new.yaml': '# new\n' })
    expect(await tortoise(args, { env })).toMatchObject({ status: 0 })
    expectProved()
    expect(story.git('show', `${branch}:${pathOf(api)}`)).toContain('# owners: shop')
  })
})

describe('straight onto the base of a Git server', () => {
  async function beginDirect(): Promise<{ args: readonly string[]; env: Record<string, string> }> {
    const deliver = (url: string) => `  mode: commit\n  branch: main\n  remote: { url: "${url}/gitops.git" }`
    story = await beginPulls({ loads: [api] })
    const server = await startGitServer(dirname(story.bare), 'git-token-0001')
    servers.push(server)
    const { args, env } = story.command()
    const settings = args[args.indexOf('--settings') + 1] ?? ''
    const text = readFileSync(settings, 'utf8').replace(/ {2}mode: pull-request/, deliver(server.url))
    writeFileSync(settings, text.replace(/ {2}github: .*/, ''))
    return { args, env: { ...env, TORTOISE_GIT_TOKEN: 'git-token-0001' } }
  }

  it('loses to a person who was faster, then proves on theirs and goes on top', async () => {
    const { args, env } = await beginDirect()
    const theirs = story.commit(annotated(1))
    const ended = await tortoise(args, { env })
    expect(ended).toMatchObject({ status: 0, stderr: expect.stringContaining('the run plans again') })
    expect(story.git('rev-parse', 'main^')).toBe(theirs)
    expect(story.git('show', `main:${pathOf(api)}`)).toMatch(/# owners: shop[\s\S]*cpu: 250m # by hand/)
    const clone = args[args.indexOf('--repo') + 1] ?? ''
    expect(git(clone, 'status', '--porcelain')).toBe('')
    expect(story.git('fsck', '--strict', '--no-dangling')).toBe('')
  })

  it('commits that were not pushed yet are not passed by', async () => {
    const { args, env } = await beginDirect()
    const clone = args[args.indexOf('--repo') + 1] ?? ''
    git(clone, 'commit', '--quiet', '--allow-empty', '--message=not pushed')
    const before = story.git('rev-parse', 'main')
    expect(await tortoise(args, { env })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('has commits here that the server does not have'),
    })
    expect(story.git('rev-parse', 'main')).toBe(before)
  })
})
