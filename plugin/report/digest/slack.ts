import type { AnyBlock, RichTextElement, RichTextList, RichTextSection } from '@slack/types'
import type { Digest } from './schema.ts'
import { type DigestItem, type DigestMessage, type DigestSection, fittedMessage } from './sections.ts'

/** A message for an incoming webhook. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ */
export interface SlackPayload {
  /** Shown in notifications. */
  readonly text: string
  readonly blocks: readonly AnyBlock[]
  readonly link_names: false
  readonly unfurl_links: false
  readonly unfurl_media: false
}

/** Bytes. Slack takes 50 blocks and refuses far larger messages. */
const largest = 16_000

/**
 * The message for Slack. Names are elements of rich text, in which Slack reads no markup and no mention; in the text of the
 * notification they are escaped. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block/
 */
export const slackPayload = (digest: Digest): SlackPayload =>
  fittedMessage(digest, { bytes: largest, payload: payloadOf })

const payloadOf = ({ title, lead, sections }: DigestMessage): SlackPayload => ({
  text: escaped([`${title}.`, ...lead].join(' ')),
  blocks: [
    { type: 'header', text: { type: 'plain_text', text: title.slice(0, 150), emoji: false } },
    { type: 'rich_text', elements: [line([{ type: 'text', text: lead.join('\n') }])] },
    ...sections.map((one): AnyBlock => ({ type: 'rich_text', elements: listOf(one) })),
  ],
  link_names: false,
  unfurl_links: false,
  unfurl_media: false,
})

const line = (elements: RichTextElement[]): RichTextSection => ({ type: 'rich_text_section', elements })

const listOf = ({ title, items }: DigestSection): (RichTextSection | RichTextList)[] => [
  line([{ type: 'text', text: title, style: { bold: true } }]),
  { type: 'rich_text_list', style: 'bullet', elements: items.map((one) => line(elementsOf(one))) },
]

const elementsOf = ({ link, text }: DigestItem): RichTextElement[] => [
  ...(link === undefined ? [] : [{ type: 'link' as const, url: link.url, text: link.label }]),
  { type: 'text', text: link === undefined ? text : ` ${text}` },
]

/** https://docs.slack.dev/messaging/formatting-message-text/#escaping */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
