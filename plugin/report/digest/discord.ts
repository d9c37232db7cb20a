import type { Digest } from './schema.ts'
import { type DigestItem, type DigestMessage, fittedMessage } from './sections.ts'

/** A message for a webhook. https://discord.com/developers/docs/resources/webhook#execute-webhook */
export interface DiscordPayload {
  readonly embeds: readonly { readonly title: string; readonly description: string }[]
  /** Nobody is mentioned, whatever the text says. */
  readonly allowed_mentions: { readonly parse: readonly [] }
}

/** Bytes. An embed has at most 4,096 characters of description, and all embeds of a message 6,000. */
const largest = 3800

/** The message for Discord, with every character escaped that its Markdown reads. */
export const discordPayload = (digest: Digest): DiscordPayload =>
  fittedMessage(digest, { bytes: largest, payload: payloadOf })

const payloadOf = ({ title, lead, sections }: DigestMessage): DiscordPayload => ({
  embeds: [
    {
      title: title.slice(0, 256),
      description: [
        ...lead.map(escaped),
        ...sections.flatMap((one) => ['', `**${escaped(one.title)}**`, ...one.items.map(itemLine)]),
      ].join('\n'),
    },
  ],
  allowed_mentions: { parse: [] },
})

const itemLine = ({ link, text }: DigestItem): string =>
  link === undefined ? `- ${escaped(text)}` : `- [${escaped(link.label)}](<${link.url}>) ${escaped(text)}`

const escaped = (text: string): string => text.replace(/[\\*_~`|>[\]()#<:-]/g, '\\$&')
