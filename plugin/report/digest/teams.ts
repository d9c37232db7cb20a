import type { Digest } from './schema.ts'
import { type DigestItem, type DigestMessage, fittedMessage } from './sections.ts'

/** A message for a workflow of Teams that posts what a webhook gets: one Adaptive Card. */
export interface TeamsPayload {
  readonly type: 'message'
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive'
      readonly contentUrl: null
      readonly content: object
    },
  ]
}

/** Bytes. Teams takes 28 KB. */
const largest = 24_000

/**
 * The message for Teams. Names are runs of a RichTextBlock, in which no Markdown is read; a card without entities mentions
 * nobody. https://adaptivecards.microsoft.com/?topic=TextRun
 */
export const teamsPayload = (digest: Digest): TeamsPayload =>
  fittedMessage(digest, { bytes: largest, payload: payloadOf })

const payloadOf = ({ title, lead, sections }: DigestMessage): TeamsPayload => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      contentUrl: null,
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.4',
        msteams: { width: 'Full' },
        body: [
          block([{ ...run(title), size: 'Large', weight: 'Bolder' }]),
          ...lead.map((text) => block([run(text)])),
          ...sections.flatMap((one) => [
            { ...block([{ ...run(one.title), weight: 'Bolder' }]), separator: true },
            ...one.items.map((item) => block(runsOf(item))),
          ]),
        ],
      },
    },
  ],
})

const block = (inlines: readonly object[]): object => ({ type: 'RichTextBlock', inlines })
const run = (text: string): object => ({ type: 'TextRun', text })

const runsOf = ({ link, text }: DigestItem): readonly object[] => [
  run('• '),
  ...(link === undefined
    ? []
    : [{ ...run(link.label), selectAction: { type: 'Action.OpenUrl', title: link.label, url: link.url } }]),
  run(link === undefined ? text : ` ${text}`),
]
