import { type Data, json } from '../../model/text/data.ts'
import { discordPayload } from './discord.ts'
import type { Digest } from './schema.ts'
import { slackPayload } from './slack.ts'
import { teamsPayload } from './teams.ts'

/** The payload of a summary for each type of target. */
const payloads = {
  slack: slackPayload,
  teams: teamsPayload,
  discord: discordPayload,
  webhook: (digest) => digest,
} as const satisfies Readonly<Record<string, (digest: Digest) => object>>

/** The summary as the body of a request to a target, without secrets and characters that nobody sees. */
export const digestPayload = (type: keyof typeof payloads, digest: Digest, indent: 0 | 2 = 0): Data =>
  json(payloads[type](digest), indent)
