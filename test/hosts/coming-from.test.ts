import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { formerPrograms } from '../../plugin/run/survey/former-rules.ts'
import { type MigrationGround, openMigration } from './migration-ground.ts'
import { type Ended, read } from './program.ts'

const page = read(import.meta.dirname, '../../docs/coming-from.md')

interface Section {
  readonly title: string
  readonly commands: readonly string[]
  /** Manifests by path. */
  readonly objects: Readonly<Record<string, string>>
}

const sections: readonly Section[] = page
  .split(/^## /m)
  .filter((text) => text.startsWith('From '))
  .map((text) => ({
    title: text.split('\n')[0] ?? '',
    commands: [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    ),
    objects: Object.fromEntries(
      [...text.matchAll(/^```yaml\n# (\S+\.yaml)\n([\s\S]*?)^```$/gm)].map(([, path = '', manifest = '']) => [
        path,
        manifest,
      ]),
    ),
  }))

/** What each section must come to: rules, profile, what is skipped before, and what is switched off. */
const outcomes: Readonly<
  Record<string, { readonly settings: object; readonly said: readonly RegExp[]; readonly off: object }>
> = {
  'From the VerticalPodAutoscaler': {
    settings: {
      rules: [
        {
          match: { namespace: 'shop', workload: 'Deployment/web', container: 'app' },
          minimum: { cpu: '50m', memory: '64Mi' },
          maximum: { cpu: '2', memory: '2Gi' },
        },
      ],
    },
    said: [/VerticalPodAutoscaler shop\/api \(mode Recreate\): switched off in prod\/api-vpa\.yaml/],
    off: { 'prod/api-vpa.yaml': { spec: { updatePolicy: { updateMode: 'Off' } } } },
  },
  "From Mercari's Tortoise": {
    settings: {
      rules: [
        { match: { namespace: 'shop', workload: 'Deployment/api' }, cpu: 'On', memory: 'On' },
        { match: { namespace: 'shop', workload: 'Deployment/web' }, cpu: 'Off', memory: 'Off' },
        {
          match: { namespace: 'shop', workload: 'Deployment/web', container: 'app' },
          cpu: 'Vertical',
          memory: 'Vertical',
          minimum: { cpu: '100m', memory: '128Mi' },
        },
      ],
    },
    said: [
      /Tortoise shop\/web \(mode Auto\): switched off in prod\/web-tortoise\.yaml/,
      /Tortoise shop\/api \(mode Auto\): switched off in prod\/api-tortoise\.yaml/,
    ],
    off: {
      'prod/web-tortoise.yaml': { spec: { updateMode: 'Off' } },
      'prod/api-tortoise.yaml': { spec: { updateMode: 'Off' } },
    },
  },
  'From KRR': {
    settings: { recommend: { profile: 'krr' } },
    said: [/the job passes --cpu-percentile 99; the profile krr always uses a percentile of 95/],
    off: {},
  },
  'From Goldilocks': {
    settings: {
      rules: [{ match: { namespace: 'shop', container: 'istio-proxy' }, cpu: 'Off', memory: 'Off' }],
    },
    said: [/Took over from Goldilocks: 1 rule of 1 object/],
    off: {},
  },
}

it('has a section for each program that init reads', () => {
  const named = sections.map(({ commands }) => /--from (\w+)/.exec(commands.join('\n'))?.[1])
  expect(named.toSorted()).toEqual([...formerPrograms].sort())
  expect(Object.keys(outcomes)).toEqual(sections.map(({ title }) => title))
})

describe.each(sections)('$title', ({ title, commands, objects }) => {
  let ground: MigrationGround
  const ended: (Ended & { readonly command: string })[] = []
  beforeAll(async () => {
    ground = await openMigration(objects)
    for (const command of commands) ended.push({ command, ...(await ground.type(command)) })
  })
  afterAll(async () => ground.close())
  const { settings = {}, said = [], off = {} } = outcomes[title] ?? {}
  const plans = () => ended.filter(({ command }) => command.startsWith('tortoise plan'))

  it('every command works', () => {
    expect(commands.length).toBeGreaterThan(8)
    for (const { command, status, stdout, stderr } of ended)
      expect({ command, status, said: status === 0 ? '' : stdout + stderr }).toEqual({
        command,
        status: 0,
        said: '',
      })
  })

  it('the first command only prints', () => {
    expect(commands[0]).toContain('--dry-run')
    expect(ended[0]?.stdout).toContain('# tortoise.yaml\n')
    expect(ended[1]?.stdout).toContain('Wrote tortoise.yaml')
  })

  it('the rules of the program are in the settings, and said where they have no equal', () => {
    const { rules, recommend, deliver } = parse(ground.file('tortoise.yaml'))
    expect({ rules, recommend }).toEqual({ rules: undefined, recommend: undefined, ...settings })
    expect(deliver).toMatchObject({ mode: 'pull-request' })
    const all = ended.map(({ stdout }) => stdout).join('\n')
    for (const text of said) expect(all).toMatch(text)
  })

  it('objects that change pods are off, and the last plan has their workloads', () => {
    for (const [path, manifest] of Object.entries(off)) {
      expect(parse(ground.file(path))).toMatchObject(manifest)
      expect(objects[path]).toMatch(/Mode: (Recreate|Auto)/)
    }
    for (const name of ['web', 'api'])
      expect(plans().at(-1)?.stdout).toMatch(
        new RegExp(`^Deployment/${name} [\\s\\S]*^Proved by rendering`, 'm'),
      )
    if (title !== 'From the VerticalPodAutoscaler') return
    expect(plans()[0]?.stdout).not.toMatch(/^Deployment\/api /m)
    const why = ended.find(({ command }) => command.startsWith('tortoise explain shop/Deployment/api'))
    expect(why?.stdout).toMatch(/VerticalPodAutoscaler\/api/)
  })

  it('it ends with a pull request that changes sizes alone, and why', async () => {
    expect(ground.server.pulls).toHaveLength(1)
    const [pull] = ground.server.pulls
    expect(pull?.body).toContain('Deployment/web')
    expect(ended.find(({ command }) => command.startsWith('tortoise run'))?.stdout).toContain(
      'Pull request #1 opened',
    )
    const changed = await ground.type('git fetch --quiet && git diff -U0 main origin/tortoise/right-size')
    const lines = changed.stdout.split('\n').filter((line) => /^[+-] /.test(line))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.filter((line) => !/^[+-] +(cpu|memory): \d+\w+( # by hand)?$/.test(line))).toEqual([])
    expect(ended.at(-1)?.stdout).toContain('requests.cpu')
  })
})
