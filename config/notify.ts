import { z } from 'zod'
import { isTimeZone } from '../plugin/model/time-zone.ts'
import { weekdays } from '../plugin/model/weekdays.ts'
import { variableName } from './variable.ts'

const filePath = z.string().min(1)

const targetSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]+$/, 'must be letters, digits, dots and dashes')
      .describe(
        'Name in logs, metrics and the record of what was sent. A renamed target gets the summary again.',
      ),
    type: z
      .enum(['slack', 'teams', 'discord', 'webhook'])
      .describe(
        'Where it goes: an incoming webhook of Slack, a workflow of Teams that posts to a channel, a webhook of Discord, or any server that takes JSON (`config/digest.schema.json`).',
      ),
    urlEnv: variableName
      .optional()
      .describe(
        'Environment variable with the URL. The URL is a secret for chats, so it is not written here.',
      ),
    urlFile: filePath.optional().describe('File with the URL, in place of `urlEnv`.'),
    tokenEnv: variableName
      .optional()
      .describe('Environment variable with a bearer token, for `webhook` alone.'),
    tokenFile: filePath.optional().describe('File with the bearer token, in place of `tokenEnv`.'),
  })
  .refine(({ urlEnv, urlFile }) => (urlEnv === undefined) !== (urlFile === undefined), {
    message: 'must have either urlEnv or urlFile',
  })
  .refine(({ tokenEnv, tokenFile }) => tokenEnv === undefined || tokenFile === undefined, {
    message: 'must not have both tokenEnv and tokenFile',
  })
  .refine(
    ({ type, tokenEnv, tokenFile }) =>
      type === 'webhook' || (tokenEnv === undefined && tokenFile === undefined),
    { message: 'must not have a token: the URL of a chat has it already' },
  )
  .describe('A chat or a server that gets the summary.')

/** Settings of the weekly summary. */
export const notifySchema = z
  .strictObject({
    weekday: z
      .enum(weekdays)
      .default('monday')
      .describe('The first run on or after this day of the week sends the summary.'),
    timeZone: z
      .string()
      .refine(isTimeZone, { message: 'must be an IANA time zone' })
      .default('Etc/UTC')
      .describe('IANA time zone in which the day begins.'),
    targets: z
      .array(targetSchema)
      .default([])
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
        message: 'must not have two targets of one name',
      })
      .describe('Where the summary is sent.'),
  })
  .describe(
    'A weekly summary of pull requests, merged and declined changes, and savings. Each target gets at most one a week. Default: none.',
  )

export type NotifySettings = z.infer<typeof notifySchema>
export type NotifyTarget = NotifySettings['targets'][number]
