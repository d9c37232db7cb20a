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
import type { PassRequest } from '../pass.ts'
import { runPass } from '../pass.ts'
import { findCheckout } from '../repository.ts'
import { readSettings } from '../settings.ts'
import { annotate } from './annotations.ts'
import type { ActionMode } from './inputs.ts'
import { given, inputMode, inputWorkloads } from './inputs.ts'
import { reviewPullRequest } from './review.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Runs one pass as a step of a workflow: inputs from `INPUT_*`, outputs, annotations and summary by the runner's files. */
export async function runAction(env: Environment): Promise<void> {
  const token = core.getInput('github-token')
  if (token !== '') core.setSecret(token)
  try {
    const host = hostFor(env, token)
    const mode = inputMode()
    const request = await open(host, mode)
    if (mode === 'review') await reviewStep(host, request, token)
    else await passStep(host, request)
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

async function passStep(host: Host, request: PassRequest): Promise<void> {
  const outcome = await runPass(host, request)
  core.info(terminalReport(outcome))
  writeOutputs(outcome, host.env)
  annotate(outcome)
  await core.summary.addRaw(summaryOf(outcome)).write()
}

async function reviewStep(host: Host, request: PassRequest, token: string): Promise<void> {
  const { GITHUB_REPOSITORY: repository = '', GITHUB_API_URL: apiUrl = 'https://api.github.com' } = host.env
  core.setOutput('objections', await reviewPullRequest(host, request, { repository, apiUrl, token }))
}

/** A step may write 1 MiB; past it the runner shows nothing at all. */
const summaryLimit = 1_000_000

function summaryOf(outcome: Outcome): string {
  const text = markdownReport(outcome)
  return text.length < summaryLimit
    ? text
    : `${text.slice(0, summaryLimit)}\n\n… the rest is in the JSON report.`
}

async function open(host: Host, mode: ActionMode | undefined): Promise<PassRequest> {
  const checkout = findCheckout(host, host.cwd)
  const isAsked = inputWorkloads()
  const settings = settingsFor(host, readSettings(host, checkout, given('settings')), mode)
  const [snapshot, prometheus] = [given('snapshot'), given('prometheus-url')]
  const [cluster, cache, until] = [given('cluster'), given('cache'), given('until')]
  const flags = {
    ...(snapshot && { snapshot }),
    ...(prometheus && { prometheus }),
    ...(cluster && { cluster }),
    ...(cache && { cache }),
    ...(until && { until }),
  }
  const observations = await gatherObservations(host, settings, flags)
  if (isAsked === undefined) return { checkout, settings, observations }
  return { checkout, settings: onOwnBranch(settings), observations, isAsked }
}

/** What is asked about some workloads alone must not undo what the pull request for all of them holds. */
function onOwnBranch(settings: Settings): Settings {
  const { base, branch } = settings.deliver
  return branch === base
    ? settings
    : { ...settings, deliver: { ...settings.deliver, branch: `${branch}-selected` } }
}

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
function settingsFor({ env }: Host, settings: Settings, asked: ActionMode | undefined): Settings {
  const mode = asked === undefined ? settings.deliver.mode : asked === 'review' ? 'report' : asked
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
    (own && mode !== 'pull-request'
      ? { url: `${server}/${repository}.git`, tokenEnv: 'TORTOISE_GIT_TOKEN' }
      : undefined)
  const github =
    settings.deliver.github ??
    (repository === undefined
      ? undefined
      : { repository, tokenEnv: 'GITHUB_TOKEN', paced: true, ...(apiUrl === undefined ? {} : { apiUrl }) })
  return {
    ...settings,
    deliver: { ...settings.deliver, mode, ...(remote && { remote }), ...(github && { github }) },
  }
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
