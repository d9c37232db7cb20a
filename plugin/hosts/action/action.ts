import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import * as core from '@actions/core'
import type { Settings } from '../../../config/schema.ts'
import type { Outcome } from '../../model/plan.ts'
import { ExpectedStop, printProblem } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { jsonReport } from '../../report/json.ts'
import { markdownReport } from '../../report/markdown.ts'
import { terminalReport } from '../../report/terminal.ts'
import type { Host } from '../host.ts'
import { gatherObservations } from '../observations.ts'
import { runPass } from '../pass.ts'
import { findCheckout } from '../repository.ts'
import { readSettings } from '../settings.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs one pass as a step of a workflow: inputs from `INPUT_*`, outputs, annotations and summary by the runner's files. */
export async function runAction(env: Environment): Promise<void> {
  const token = core.getInput('github-token')
  if (token !== '') core.setSecret(token)
  try {
    const outcome = await pass(hostFor(env, token))
    core.info(terminalReport(outcome))
    writeOutputs(outcome, env)
    await core.summary.addRaw(markdownReport(outcome)).write()
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  if (!(error instanceof ExpectedStop)) {
    core.setFailed(error instanceof Error ? error : String(error))
    return
  }
  for (const problem of error.problems) {
    const { place } = problem
    const at = place?.line === undefined ? {} : { file: place.file, startLine: place.line }
    core.error(printProblem(problem), at)
  }
  core.setFailed(error.problems[0]?.message ?? error.message)
}

async function pass(host: Host): Promise<Outcome> {
  const checkout = findCheckout(host, host.cwd)
  const settings = settingsFor(host, readSettings(host, checkout, given('settings')))
  const [snapshot, prometheus, cluster] = [given('snapshot'), given('prometheus-url'), given('cluster')]
  const flags = {
    ...(snapshot && { snapshot }),
    ...(prometheus && { prometheus }),
    ...(cluster && { cluster }),
  }
  const observations = await gatherObservations(host, settings, flags)
  return runPass(host, { checkout, settings, observations })
}

const given = (name: string): string | undefined => core.getInput(name) || undefined

function hostFor(env: Environment, token: string): Host {
  const workspace = env['GITHUB_WORKSPACE'] ?? process.cwd()
  const tokens =
    token === ''
      ? {}
      : { TORTOISE_GIT_TOKEN: env['TORTOISE_GIT_TOKEN'] || token, GITHUB_TOKEN: env['GITHUB_TOKEN'] || token }
  return {
    cwd: resolve(workspace, core.getInput('path') || '.'),
    env: { ...env, ...tokens },
    stdout: (text) => core.info(text),
    stderr: (text) => core.info(text),
    colour: false,
    progress: actionProgress,
    now: () => new Date(),
  }
}

const actionProgress: Progress = (event) => {
  if (event.kind === 'warning') core.warning(event.message)
  if (event.kind === 'stage') core.info(`${event.stage} ${event.detail ?? ''}`)
  if (event.kind === 'note') core.info(event.message)
}

/** Settings with the inputs laid over them; the workflow's own repository stands in where none is named. */
function settingsFor({ env }: Host, settings: Settings): Settings {
  const mode = inputMode() ?? settings.deliver.mode
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_API_URL: apiUrl,
  } = env as Readonly<
    Record<'GITHUB_SERVER_URL' | 'GITHUB_REPOSITORY' | 'GITHUB_API_URL', string | undefined>
  >
  const own = server !== undefined && repository !== undefined && core.getBooleanInput('push')
  const remote =
    settings.deliver.remote ??
    (own ? { url: `${server}/${repository}.git`, tokenEnv: 'TORTOISE_GIT_TOKEN' } : undefined)
  const github =
    settings.deliver.github ??
    (repository === undefined
      ? undefined
      : { repository, tokenEnv: 'GITHUB_TOKEN', ...(apiUrl === undefined ? {} : { apiUrl }) })
  return {
    ...settings,
    deliver: { ...settings.deliver, mode, ...(remote && { remote }), ...(github && { github }) },
  }
}

const modes = ['report', 'commit', 'pull-request'] as const

function inputMode(): (typeof modes)[number] | undefined {
  const text = given('mode')
  const mode = modes.find((one) => one === text)
  if (text !== undefined && mode === undefined) {
    const message = `input mode is ${text}, which is none of ${modes.join(', ')}`
    throw new ExpectedStop([{ code: 'usage', message, mend: 'Correct it in the workflow.' }])
  }
  return mode
}

function writeOutputs(outcome: Outcome, env: Environment): void {
  const { plan, delivery } = outcome
  const directory = mkdtempSync(join(env['RUNNER_TEMP'] ?? tmpdir(), 'tortoise-report-'))
  const report = join(directory, 'report.json')
  writeFileSync(report, `${JSON.stringify(jsonReport(outcome), null, 2)}\n`)
  core.setOutput('changed', plan.proposal !== undefined)
  core.setOutput('changes', plan.proposal?.changes.length ?? 0)
  core.setOutput('commit', delivery?.commit ?? '')
  core.setOutput('branch', delivery?.branch ?? '')
  core.setOutput('pull-request-number', delivery?.pullRequest?.number ?? '')
  core.setOutput('pull-request-url', delivery?.pullRequest?.url ?? '')
  core.setOutput('report', report)
}
