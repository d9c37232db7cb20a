import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { factsOf } from '../../plugin/deliver/record/file-diff.ts'
import { provedChanges } from '../../plugin/deliver/record/proved-changes.ts'
import type { TrailedChange } from '../../plugin/deliver/record/trailers.ts'
import { isField } from '../../plugin/model/field.ts'
import { sameValue } from '../../plugin/model/value.ts'

interface Scenario {
  readonly args: readonly string[]
  readonly exit: number
  readonly rendered?: readonly string[]
}

const root = join(import.meta.dirname, '../scenarios')

function filesBelow(directory: string, from = directory): readonly string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name)
    return statSync(path).isDirectory() ? filesBelow(path, from) : [relative(from, path)]
  })
}

/** The texts of the files that a scenario edits, before and after. */
const editsOf = (name: string) =>
  filesBelow(join(root, name, 'expected')).map((file) => {
    const old = join(root, name, 'repository', file)
    return {
      file,
      before: existsSync(old) ? readFileSync(old, 'utf8') : undefined,
      after: readFileSync(join(root, name, 'expected', file), 'utf8'),
    }
  })

/** The schedules that scenarios write. */
const schedules = readdirSync(root).flatMap((name) =>
  [...readFileSync(join(root, name, 'scenario.yaml'), 'utf8').matchAll(/hpa\.cron=([^"]+)/g)].map(
    ([, schedule = '']) => schedule,
  ),
)

const sizesIn = (text: string): readonly string[] => [...text.matchAll(/\b\d[\w.]*/g)].map(([size]) => size)

/** Every way to name the change of one `--set` in a commit message, as the scenario does not say which container it finds. */
function claimsOf(set: string, scenario: Scenario, texts: readonly string[]): readonly TrailedChange[] {
  const [address = '', asked = ''] = set.split('=')
  const workload = scenario.args[scenario.args.indexOf('--workload') + 1] ?? ''
  const [, given, field] =
    /^(?:(.*)\.)?((?:requests|limits|env)\.\w+|hpa\.(?:target\.)?\w+)$/.exec(address) ?? []
  // A commit names a value as it is rendered: in the unit that a template adds.
  const rendered = (scenario.rendered ?? []).filter((line) => line.startsWith('+')).flatMap(sizesIn)
  const isAsked = (size: string): boolean =>
    field !== undefined && isField(field) && sameValue(field, size, asked)
  const to = rendered.find(isAsked) ?? asked
  const known = texts.flatMap((text) => [...text.matchAll(/name: ([\w.-]+)/g)].map(([, name = '']) => name))
  const containers = given === undefined ? ['-', ...new Set([...known, 'app', 'spec'])] : [given]
  // An added value had another one in a layer below.
  const from = new Set([
    ...['77', 'none', ...schedules],
    ...[...(scenario.rendered ?? []), ...texts].flatMap(sizesIn),
  ])
  return containers.flatMap((container) =>
    [...from].map((one) => ({ key: `default/${workload} ${container} ${field}`, from: one, to, rules: [] })),
  )
}

const proves = (
  claims: readonly TrailedChange[],
  { file, before, after }: { file: string; before: string | undefined; after: string },
): boolean => {
  const changed = { file, before: before === undefined ? undefined : factsOf(before), after: factsOf(after) }
  // One by one: a message names each change once.
  return claims.some((claim) => provedChanges([claim], changed, { left: 1e6 }).length > 0)
}

const scenarios = readdirSync(root).flatMap((name) => {
  const scenario = parse(readFileSync(join(root, name, 'scenario.yaml'), 'utf8')) as Scenario
  const sets = scenario.args.flatMap((arg, at) => (arg === '--set' ? [scenario.args[at + 1] ?? ''] : []))
  // A template is no YAML, so what commits change in one is not read back.
  const isInTemplate = scenario.args.includes('--allow-templates')
  const hasEdits = scenario.exit === 0 && existsSync(join(root, name, 'expected'))
  const isEdit = hasEdits && sets.length === 1 && !isInTemplate
  return isEdit ? [{ name, scenario, set: sets[0] ?? '' }] : []
})

describe('every edit that the program makes', () => {
  it('is looked for in many scenarios', () => {
    expect(scenarios.length).toBeGreaterThan(80)
  })

  it.each(scenarios)(
    'is proved by the diff of its commit, and by no other diff: $name',
    ({ name, scenario, set }) => {
      const edits = editsOf(name)
      const claims = claimsOf(
        set,
        scenario,
        edits.flatMap(({ before = '', after }) => [before, after]),
      )
      expect(edits.some((edit) => proves(claims, edit))).toBe(true)
      const away = edits.map(({ file, before = '', after }) => ({ file, before: after, after: before }))
      const none = edits.map(({ file, after }) => ({ file, before: after, after: `${after}\n# ${set}\n` }))
      expect([...away, ...none].some((edit) => proves(claims, edit))).toBe(false)
    },
  )
})
