import { resolve } from 'node:path'
import * as core from '@actions/core'
import type { Settings } from '../../../config/schema.ts'
import { sealEnvironment } from '../../io/environment.ts'
import { asExpected } from '../../io/system-problem.ts'
import { ExpectedStop } from '../../model/problem.ts'
import type { Progress } from '../../model/progress.ts'
import { markdown } from '../../model/text/markdown.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import { terminal, terminalLines } from '../../model/text/terminal.ts'
import { terminalProblem } from '../../report/problem.ts'
import { stepSummary } from '../../report/summary.ts'
import { terminalReport } from '../../report/terminal.ts'
import { findCheckout } from '../../run/checkout.ts'
import type { Host } from '../../run/host.ts'
import { observe } from '../../run/observe/observe.ts'
import { type RunReport, type RunRequest, run } from '../../run/run.ts'
import { runUrgent } from '../../run/run-urgent.ts'
import { runMerged, runShard } from '../../run/shards/run-shards.ts'
import { annotate } from './annotations.ts'
import { runCommentCommand } from './comment-command.ts'
import { runEmergency } from './emergency.ts'
import { replyToIssue } from './emergency-issue.ts'
import { readEvent, readTrigger } from './event.ts'
import type { ActionMode } from './inputs.ts'
import {
  given,
  inputMode,
  inputWorkloads,
  isOn,
  type ShardInputs,
  shardInputs,
  usageInputs,
} from './inputs.ts'
import { writeNoOutputs, writeOutputs } from './outputs.ts'
import { programChoice } from './programs/choice.ts'
import { withPrograms } from './programs/ready.ts'
import { repositoriesStep } from './repositories.ts'
import { reviewPullRequest } from './review.ts'
import { runner } from './runner.ts'
import { readActionSettings } from './settings.ts'

declare const __VERSION__: string

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Runs one step of a workflow. Inputs come from `INPUT_*`; outputs, annotations and the summary go to the runner's files. A
 * failure is reported to the runner, not thrown.
 */
export async function runAction(): Promise<void> {
  const token = core.getInput('github-token')
  if (token !== '') runner.secret(keepSecret(token))
  try {
    const several = isOn('repositories')
    const host = hostFor(sealEnvironment(), { token, several })
    const mode = inputMode()
    if (several) return await repositoriesStep(host, mode)
    const request = await requestOf(host, mode)
    const emergency = await emergencyStep(host, request)
    if (emergency !== undefined) return await conclude(emergency, host)
    const asked = await issueStep(host, request)
    if (asked) return
    const shards = shardInputs()
    if (shards !== undefined) await shardStep(host, request, shards)
    else if (mode === 'review') await reviewStep(host, request, token)
    else if (request.settings.deliver.mode === 'pull-request') await triggeredStep(host, request)
    else await runStep(host, request)
  } catch (error) {
    fail(asExpected(error))
  }
}

function fail(error: unknown): void {
  if (!(error instanceof ExpectedStop)) {
    runner.failed(terminal`${String(error)}`)
    return
  }
  for (const problem of error.problems) {
    const { place } = problem
    const at = place?.line === undefined ? {} : { file: place.file, line: place.line }
    runner.error(terminalProblem(problem), at)
  }
  runner.failed(terminal`${error.problems[0]?.message ?? error.message}`)
}

/** Runs if the event of the workflow is for Tortoise. Otherwise it says why not, and reads no usage. */
async function triggeredStep(host: Host, request: RunRequest): Promise<void> {
  const trigger = readTrigger(host, readEvent(host))
  if (trigger.kind === 'skipped') return skip(trigger.why)
  if (trigger.kind !== 'comment') return runStep(host, request)
  const reply = await runCommentCommand(host, request.settings, trigger.comment)
  if (reply.kind === 'skipped') return skip(reply.why)
  await runStep(host, request)
  await reply.done()
}

async function skip(why: string): Promise<void> {
  runner.info(terminal`Nothing to do: ${why}.`)
  writeNoOutputs()
  await runner.summary(markdown`Nothing to do: ${why}.\n`)
}

/** A shard or a merge. Events that are for one job alone, such as comments with commands, are skipped. */
async function shardStep(host: Host, request: RunRequest, shards: ShardInputs): Promise<void> {
  const trigger = readTrigger(host, readEvent(host))
  if (trigger.kind === 'skipped') return skip(trigger.why)
  if (trigger.kind === 'comment') return skip('a workflow without shards answers comments')
  const program = __VERSION__
  if (shards.kind === 'merge')
    return runStep(host, request, (ready) => runMerged(ready, { ...request, ...shards, program }))
  await runStep(host, request, (ready) => runShard(ready, { ...request, ...shards, program }))
}

async function runStep(
  host: Host,
  request: RunRequest,
  start = (ready: Host) => (isOn('urgent') ? runUrgent : run)(ready, request),
): Promise<void> {
  await conclude(await start(await withStepPrograms(host, request)), host)
}

/** The host with the programs that the runner lacks. Events that are skipped come before it, so that they download nothing. */
const withStepPrograms = (host: Host, { settings, checkout }: RunRequest): Promise<Host> =>
  withPrograms(host, {
    choice: programChoice(),
    programs: settings.programs,
    root: checkout.root,
    runner: process,
  })

async function emergencyStep(host: Host, request: RunRequest): Promise<RunReport | undefined> {
  if (given('emergency') === undefined) return undefined
  return runEmergency(await withStepPrograms(host, request), request)
}

/** Begins or ends the emergency that a labelled issue asks for. Returns whether the event is about an issue. */
async function issueStep(host: Host, request: RunRequest): Promise<boolean> {
  const trigger = host.env['GITHUB_EVENT_NAME'] === 'issues' ? readTrigger(host, readEvent(host)) : undefined
  if (trigger === undefined || trigger.kind === 'scheduled') return false
  const reply = trigger.kind === 'emergency' ? await replyToIssue(host, request, trigger.issue) : trigger
  if (reply.kind === 'skipped') await skip(reply.why)
  if (reply.kind !== 'accepted') return true
  const report = await reply.run(() => withStepPrograms(host, request))
  if (report === undefined) await skip('the emergency is over already')
  else await conclude(report, host)
  return true
}

async function conclude(report: RunReport, host: Host): Promise<void> {
  runner.info(terminalReport(report))
  writeOutputs(report, host)
  annotate(report)
  await runner.summary(stepSummary(report, report.observations, summaryLimit))
}

async function reviewStep(host: Host, request: RunRequest, token: string): Promise<void> {
  const { GITHUB_REPOSITORY: repository = '', GITHUB_API_URL: apiUrl = 'https://api.github.com' } = host.env
  const ready = await withStepPrograms(host, request)
  const { observations } = await observe(ready, request.settings, request.usage)
  const review = { ...request, observations }
  runner.output('objections', await reviewPullRequest(ready, review, { repository, apiUrl, token }))
}

/** Bytes. The runner shows no summary at all above 1 MiB. */
const summaryLimit = 1_000_000

async function requestOf(host: Host, mode: ActionMode | undefined): Promise<RunRequest> {
  const checkout = findCheckout(host, host.cwd)
  const isSelected = inputWorkloads()
  const settings = settingsFor(host, await readActionSettings(host, checkout, mode), mode)
  const usage = usageInputs()
  const notify = mode === 'report' || usage.cluster !== undefined ? undefined : {}
  return isSelected === undefined
    ? { checkout, settings, usage, notify }
    : { checkout, settings: onOwnBranch(settings), usage, isSelected }
}

/** A run for some workloads uses a branch of its own, so that it does not undo the pull request for all of them. */
function onOwnBranch(settings: Settings): Settings {
  const { base, branch } = settings.deliver
  return branch === base
    ? settings
    : { ...settings, deliver: { ...settings.deliver, branch: `${branch}-selected` } }
}

/** The token of the job goes to its own server alone: where there may be several, a setting must name it. */
function hostFor(
  env: Environment,
  { token, several }: { readonly token: string; readonly several: boolean },
): Host {
  const workspace = env['GITHUB_WORKSPACE'] ?? process.cwd()
  const tokens =
    token === ''
      ? {}
      : {
          ...(several ? {} : { TORTOISE_GIT_TOKEN: env['TORTOISE_GIT_TOKEN'] || token }),
          GITHUB_TOKEN: env['GITHUB_TOKEN'] || token,
        }
  return {
    cwd: resolve(workspace, core.getInput('path') || '.'),
    env: { ...env, ...tokens },
    stdout: (text) => runner.info(terminalLines(text.toString())),
    stderr: runner.info,
    colour: false,
    progress: actionProgress,
    now: () => new Date(),
  }
}

const actionProgress: Progress = (event) => {
  if (event.kind === 'warning') runner.warning(terminal`${event.message}`)
  if (event.kind === 'stage') runner.info(terminal`${event.stage} ${event.detail ?? ''}`)
  if (event.kind === 'note') runner.info(terminal`${event.message}`)
}

/** The settings with the inputs applied. The repository of the workflow is the default for delivery. */
function settingsFor({ env }: Host, settings: Settings, input: ActionMode | undefined): Settings {
  const mode = input === undefined ? settings.deliver.mode : input === 'review' ? 'report' : input
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
    (own && mode !== 'pull-request' && mode !== 'direct'
      ? { url: `${server}/${repository}.git`, tokenEnv: 'TORTOISE_GIT_TOKEN' }
      : undefined)
  const github =
    settings.deliver.github ??
    (repository === undefined || (mode === 'direct' && !own)
      ? undefined
      : { repository, tokenEnv: 'GITHUB_TOKEN', paced: true, ...(apiUrl === undefined ? {} : { apiUrl }) })
  return {
    ...settings,
    deliver: { ...settings.deliver, mode, ...(remote && { remote }), ...(github && { github }) },
  }
}
