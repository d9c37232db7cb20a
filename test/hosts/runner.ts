import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { node24 } from '../lab/node24.mjs'
import { type Ended, git, program, read, tortoise } from './program.ts'

const node = node24()
if (node === undefined)
  console.warn(
    'The Action needs Node 24 and is not tested. Run `npm run lab:node` to install it for the tests.',
  )

/** Whether the Action can run here. */
export const hasNode24 = node !== undefined

/** The directory of the Action, with its manifest and the built bundle. */
const checkout = dirname(dirname(program))

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly runs: { readonly main: string }
}

/** How a step ended, with what it wrote for the runner. */
export interface Step extends Ended {
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

interface StepRequest {
  /** An empty directory. */
  readonly directory: string
  /** Arguments of `git clone` before the place. */
  readonly clone: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The directory of the Action. Default: this checkout. */
  readonly action?: string
}

/** Runs the bundle as the runner does: under Node 24, every input of the manifest set, files for outputs and summary. */
export async function runStep(
  inputs: Readonly<Record<string, string>>,
  { directory, clone, env: own, action = checkout }: StepRequest,
): Promise<Step> {
  const manifest = parse(read(action, 'action.yml')) as Manifest
  const workspace = join(directory, 'workspace')
  git(directory, 'clone', '--quiet', ...clone, workspace)
  const files = { GITHUB_OUTPUT: join(directory, 'output'), GITHUB_STEP_SUMMARY: join(directory, 'summary') }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const usual = Object.entries(manifest.inputs).map(([name, { default: value }]) => [
    `INPUT_${name.toUpperCase()}`,
    value.includes('{{') ? '' : value,
  ])
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const context = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: workspace, RUNNER_TEMP: directory }
  const env = { ...Object.fromEntries([...usual, ...given]), ...context, ...own, ...files }
  if (node === undefined) throw new Error('There is no Node 24; test `hasNode24` first.')
  const ended = await tortoise([], { cwd: workspace, env, node, file: join(action, manifest.runs.main) })
  return {
    ...ended,
    outputs: outputsIn(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
    summary: readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8'),
  }
}

/** Reads `name<<delimiter` blocks. */
const outputsIn = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...text.matchAll(/^(.+?)<<(\S+)\n([\s\S]*?)\n?\2$/gm)].map(([, name = '', , value = '']) => [
      name,
      value,
    ]),
  )
