import type { NotifySettings, NotifyTarget } from '../../../config/notify.ts'
import { postJson } from '../../io/post-json.ts'
import { NeverSent, RequestFailure } from '../../io/request-failure.ts'
import { ExpectedStop, stop } from '../../model/problem.ts'
import { keepSecret } from '../../model/text/secrets.ts'
import { digestPayload } from '../../report/digest/payload.ts'
import type { Digest } from '../../report/digest/schema.ts'
import { secretFile } from '../deliver/tokens.ts'
import type { Environment, RunPorts } from '../host.ts'
import { secretFrom } from '../read-settings.ts'
import type { SentRecord } from './sent-record.ts'
import { weekOf } from './week.ts'

/** What became of the summary for one target. */
export interface SentNotification {
  readonly target: string
  readonly result: 'sent' | 'failed'
}

/** What is sent, to whom, and where that is recorded. */
export interface NotifyRequest {
  readonly settings: NotifySettings
  readonly record: SentRecord
  readonly digest: (week: string) => Digest
}

/**
 * Sends the summary of this week to every target that did not get it. It is recorded before it is sent, so that no target gets it
 * twice, whatever is interrupted; a target that surely did not get it is taken off the record, and the next run tries again.
 */
export async function sendDue(
  ports: RunPorts,
  { settings, record, digest }: NotifyRequest,
): Promise<readonly SentNotification[]> {
  const week = weekOf(ports.now(), settings)
  const sent = await record.read()
  const all = settings.targets.map(({ name }) => name)
  if (sent === undefined && record.canBeLost) {
    await record.write({ week, targets: all })
    const message = `the state directory has no record of earlier summaries, so the first one is sent in the week after ${week}`
    ports.progress({ kind: 'note', message })
    return []
  }
  if (sent !== undefined && sent.week > week) return []
  const done = sent?.week === week ? sent.targets : []
  const due = settings.targets.filter(({ name }) => !done.includes(name))
  if (due.length === 0) return []
  ports.progress({ kind: 'stage', stage: 'notify', detail: due.map(({ name }) => name).join(', ') })
  await record.write({ week, targets: [...new Set([...done, ...all])] })
  const content = digest(week)
  const results = await Promise.all(due.map((target) => sendTo(ports, target, content)))
  const failed = results.flatMap(({ target, isSurelyUnsent }) => (isSurelyUnsent ? [target] : []))
  if (failed.length > 0) await record.write({ week, targets: all.filter((name) => !failed.includes(name)) })
  return results.map(({ target, result }) => ({ target, result }))
}

interface Attempt extends SentNotification {
  readonly isSurelyUnsent: boolean
}

/** Sends a summary to one target, without a record. What fails is a warning. */
export async function sendTo(ports: RunPorts, target: NotifyTarget, digest: Digest): Promise<Attempt> {
  const { name } = target
  try {
    await post(ports, target, digest)
    return { target: name, result: 'sent', isSurelyUnsent: false }
  } catch (error) {
    if (!(error instanceof RequestFailure) && !(error instanceof ExpectedStop)) throw error
    const [reason = ''] = error.message.split('\n')
    ports.progress({ kind: 'warning', message: `the summary was not sent to ${name}: ${reason}` })
    return { target: name, result: 'failed', isSurelyUnsent: isSurelyUnsent(error) }
  }
}

/** A request that a server refused. */
class Refused extends RequestFailure {}

/** Whether a server refused it, or none took it. After a lost answer nobody knows. */
const isSurelyUnsent = (error: Error): boolean =>
  error instanceof ExpectedStop || error instanceof Refused || error instanceof NeverSent

const timeoutMs = 30_000

async function post(ports: RunPorts, target: NotifyTarget, digest: Digest): Promise<void> {
  const { url, token } = requireTarget(ports, target)
  const body = digestPayload(target.type, digest).toString()
  const status = await postJson({ url, body, token, env: ports.env, timeoutMs })
  if (status >= 200 && status < 300) return
  const message = `${url.host} answers HTTP ${status}`
  throw status < 500 ? new Refused(message) : new RequestFailure(message)
}

/** The URL of a target, and its token where it has one. Throws `settings.missing` where one of them is not there. */
export const requireTarget = (
  environment: Environment,
  target: NotifyTarget,
): { readonly url: URL; readonly token: string | undefined } => ({
  url: urlOf(environment, target),
  token: tokenOf(environment, target),
})

/** The URL of a target. Throws `settings.missing`, without a part of it in the message. */
function urlOf(environment: Environment, { name, type, urlEnv, urlFile }: NotifyTarget): URL {
  const text =
    urlEnv === undefined
      ? secretFile(environment, urlFile ?? '', 'notify.targets[].urlFile')
      : urlFrom(environment.env, urlEnv, name)
  const url = keepSecret(text).trim()
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) {
    // The path of a chat's webhook is its password.
    if (type !== 'webhook') keepSecret(new URL(url).pathname)
    return new URL(url)
  }
  throw stop('settings.missing', `the URL of the target ${name} is not one of http or https`, {
    hint: `Correct ${urlEnv ?? urlFile}.`,
  })
}

function urlFrom(env: Environment['env'], variable: string, name: string): string {
  const value = env[variable]
  if (value !== undefined && value !== '') return value
  throw stop(
    'settings.missing',
    `The summary for ${name} needs a URL in the environment variable ${variable}, which is empty`,
    { hint: `Set ${variable}, or name another variable with urlEnv.` },
  )
}

function tokenOf(environment: Environment, { name, tokenEnv, tokenFile }: NotifyTarget): string | undefined {
  if (tokenEnv !== undefined) return secretFrom(environment.env, tokenEnv, `The summary for ${name}`)
  return tokenFile === undefined
    ? undefined
    : secretFile(environment, tokenFile, 'notify.targets[].tokenFile').trim()
}
