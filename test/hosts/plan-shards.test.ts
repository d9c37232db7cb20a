import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generateServices } from '../bench/services.ts'
import { snapshotOf } from '../lab/layout-snapshot.ts'
import { programDirectory } from '../lab/programs.mjs'
import { beginRepository, type Ended, git, tortoise } from './program.ts'

const shards = 4
const services = 40

interface Report {
  readonly changes: readonly { readonly source: string; readonly because: readonly { rule: string }[] }[]
  readonly proof: { readonly sources: readonly string[]; readonly fields: number }
  readonly delivery?: { readonly commit?: string }
}

/** Bounds of a namespace, which no source with workloads declares. */
const limits = `apiVersion: v1
kind: LimitRange
metadata: {name: bounds}
spec: {limits: [{type: Container, min: {cpu: 180m}}]}
`

describe('a plan in shards', () => {
  const work = mkdtempSync(join(tmpdir(), 'tortoise-plan-shards-'))
  const repository = join(work, 'repository')
  const env = { PATH: [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter), HOME: work }
  const on = (args: readonly string[], repo = repository): Promise<Ended> =>
    tortoise([...args, '--repo', repo, '--snapshot', join(work, 'usage.json')], { env, cwd: work })
  const shard = (command: string, nth: number, out: string): Promise<Ended> =>
    on([command, '--shard', `${nth}/${shards}`, '--out', out])
  async function planShards(command: string, directory: string): Promise<void> {
    mkdirSync(join(work, directory))
    for (let nth = 1; nth <= shards; nth += 1)
      expect(await shard(command, nth, `${directory}/${nth}.json`)).toMatchObject({ status: 0 })
  }

  beforeAll(async () => {
    mkdirSync(repository)
    const { deployed } = generateServices(repository, services)
    writeFileSync(join(work, 'usage.json'), snapshotOf(deployed))
    mkdirSync(join(repository, 'platform'))
    writeFileSync(join(repository, 'platform/limits.yaml'), limits)
    const settings = JSON.parse(readFileSync(join(repository, 'tortoise.yaml'), 'utf8'))
    const platform = { path: 'platform', cluster: 'prod', namespace: 'shop' }
    const sources = [...settings.sources, platform]
    writeFileSync(join(repository, 'tortoise.yaml'), JSON.stringify({ ...settings, sources }))
    beginRepository(repository)
    await planShards('plan', 'parts')
  }, 240_000)
  afterAll(() => rmSync(work, { recursive: true, force: true }))

  it('is merged to the plan that one job computes, with bounds that another shard found', async () => {
    const whole = await on(['plan', '-o', 'json'])
    const merged = await on(['plan', '--merge', 'parts', '-o', 'json'])
    expect(merged).toMatchObject({ status: 0 })
    expect(JSON.parse(merged.stdout)).toEqual(JSON.parse(whole.stdout))
    const { changes, proof } = JSON.parse(merged.stdout) as Report
    expect(new Set(changes.map(({ source }) => source)).size).toBe(services)
    expect(proof.fields).toBeGreaterThanOrEqual(changes.length)
    expect(changes.some(({ because }) => because.some(({ rule }) => rule === 'bounds.minimum'))).toBe(true)
  })

  it('plans each source in one shard, and a chart that very many releases read in several', () => {
    const parts = readdirSync(join(work, 'parts')).map((file) =>
      readFileSync(join(work, 'parts', file), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('{"fact"'))
        .map((line) => (JSON.parse(line) as { fact: { source: { id: string } } }).fact.source.id),
    )
    expect(parts.flat().length).toBe(services + 1)
    expect(new Set(parts.flat()).size).toBe(services + 1)
    const withReleases = parts.filter((ids) => ids.some((id) => id.includes('charts/chart-0')))
    expect(withReleases.length).toBeGreaterThan(1)
  })

  it('delivers the merged plan as the commit that one job makes, once', async () => {
    const clone = join(work, 'clone')
    git(work, 'clone', '--quiet', repository, clone)
    await planShards('run', 'run-parts')
    const merged = await on(['run', '--merge', 'run-parts', '-o', 'json'])
    expect(merged).toMatchObject({ status: 0 })
    const alone = await on(['run', '-o', 'json'], clone)
    const commitOf = ({ stdout }: Ended): string => (JSON.parse(stdout) as Report).delivery?.commit ?? ''
    const treeOf = (directory: string, ended: Ended): string =>
      git(directory, 'rev-parse', `${commitOf(ended)}^{tree}`).trim()
    expect(treeOf(repository, merged)).toBe(treeOf(clone, alone))
    const again = await on(['run', '--merge', 'run-parts', '-o', 'json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ delivery: { created: false, commit: commitOf(merged) } })
  }, 240_000)

  it('refuses parts that are not all shards of one plan, and says which', async () => {
    const merge = (...files: readonly string[]): Promise<Ended> =>
      on(['plan', ...files.flatMap((file) => ['--merge', file])])
    const [one, two] = ['parts/1.json', 'parts/2.json']
    expect(await merge(one, two)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('of 4 shards, these are missing: 3/4, 4/4'),
    })
    expect(await merge(one, one, 'parts')).toMatchObject({ status: 0 })
    const copy = join(work, 'copy.json')
    copyFileSync(join(work, one), copy)
    expect((await merge('parts', copy)).stderr).toContain('this is shard 1/4, as parts/1.json is')
    rmSync(copy)
    expect((await merge('run-parts')).stderr).toMatch(
      /this shard was planned on commit \w{10}; the merge is on the files of a work tree/,
    )
    expect((await merge('gone.json')).stderr).toContain('there is no part file gone.json')
    const cut = readFileSync(join(work, one), 'utf8').split('\n').slice(0, -2).join('\n')
    writeFileSync(join(work, 'cut.json'), cut)
    expect((await merge('cut.json')).stderr).toContain('cut.json: the file is not whole')
    writeFileSync(join(work, 'other.json'), '{"kind": "TortoiseSnapshot"}\n')
    expect((await merge('other.json')).stderr).toContain('other.json: the file is no part of a plan')
  })

  it('refuses to deliver parts of another commit, and to merge them with other usage or settings', async () => {
    writeFileSync(join(repository, 'note.txt'), 'later\n')
    git(repository, 'add', 'note.txt')
    git(repository, 'commit', '--quiet', '--message=later')
    const moved = await on(['run', '--merge', 'run-parts'])
    expect(moved.status).toBe(2)
    expect(moved.stderr).toMatch(/was planned on commit \w{10}; the merge is on commit \w{10}/)
    const mode = await on(['plan', '--merge', 'parts', '--cluster', 'prod'])
    expect(mode.stderr).toContain('this shard was planned with other settings than the merge has')
    const usage = readFileSync(join(work, 'usage.json'), 'utf8')
    writeFileSync(join(work, 'other-usage.json'), usage.replace('"days":14', '"days":13'))
    const other = [
      'plan',
      '--repo',
      repository,
      '--merge',
      'parts',
      '--snapshot',
      join(work, 'other-usage.json'),
    ]
    expect((await tortoise(other, { env, cwd: work })).stderr).toContain(
      'from other usage than the merge reads',
    )
  })

  it('does not take a part whose file changed in the work tree', async () => {
    // A source of a cluster whose values no other shard bounds.
    const file = join(repository, 'envs/rel-0.yaml')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, `# new\n${text}`)
    const merged = await on(['plan', '--merge', 'parts'])
    writeFileSync(file, text)
    expect(merged).toMatchObject({ status: 2 })
    expect(merged.stderr).toContain('envs/rel-0.yaml: this file has another text')
  })

  it.each([
    [['--shard', '1/4'], '--shard writes a part of the plan, and no file is named'],
    [['--shard', '5/4', '--out', 'x.json'], '--shard 5/4 is not a part of a run'],
    [['--out', 'x.json'], '--out is the file for the part of a plan, and no --shard is given'],
    [['--merge', 'parts', '--shard', '1/4'], '--merge is for the job after all shards'],
    [['--shard', '1/4', '--out', 'x.json', '--repositories'], 'work on one checkout'],
  ])('says what is wrong with %j', async (flags, message) => {
    for (const command of ['plan', 'run']) {
      const ended = await on([command, ...flags])
      expect(ended.status).toBe(2)
      expect(ended.stderr).toContain(message)
    }
  })

  it('needs recorded usage, which all shards share', async () => {
    const args = [
      'plan',
      '--repo',
      repository,
      '--prometheus',
      'http://127.0.0.1:1',
      '--shard',
      '1/4',
      '--out',
      'x.json',
    ]
    const ended = await tortoise(args, { env, cwd: work })
    expect(ended.status).toBe(2)
    expect(ended.stderr).toContain('planned from the same recorded usage, and none is named')
  })
})
