import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AnyBlock } from '@slack/types'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { schemas } from '../../../config/schemas.ts'
import { keepSecret } from '../../../plugin/model/text/secrets.ts'
import { discordPayload } from '../../../plugin/report/digest/discord.ts'
import { digestPayload } from '../../../plugin/report/digest/payload.ts'
import type { Digest } from '../../../plugin/report/digest/schema.ts'
import { slackPayload } from '../../../plugin/report/digest/slack.ts'
import { teamsPayload } from '../../../plugin/report/digest/teams.ts'

const hostile =
  'x <!here> <!channel> <@U1> @everyone @here <https://evil.example|click> *b* _i_ ~s~ `c` [a](https://evil.example) <at>a</at> #1 > & " \\ | \u202e\n\n# head'

function digestOf(many: number, text = 'prod acme/payments'): Digest {
  const pull = (number: number) => ({
    repository: 'https://git.example.com/acme/shop.git',
    number,
    url: `https://git.example.com/acme/shop/pulls/${number}?q=(a)|b>`,
    scope: text,
    days: number,
    values: 4,
    savesPerMonth: 25.4,
  })
  const pulls = Array.from({ length: many }, (_, nth) => pull(nth + 1))
  return {
    kind: 'TortoiseDigest',
    version: 1,
    week: '2026-03-02',
    sentAt: '2026-03-02T04:17:00.000Z',
    waiting: pulls.map((one) => ({ ...one, isBlocked: one.number === 2 })),
    queued: 1,
    merged: pulls,
    declined: pulls,
    harmful: Array.from({ length: many }, () => ({
      cluster: 'prod',
      workload: `shop/Deployment/${text}`,
      field: 'app requests.cpu',
      from: '500m',
      to: '200m',
      at: '2026-02-20T00:00:00Z',
    })),
    held: 5,
    followed: 3,
    proposed: { values: 6, workloads: 4, savesPerMonth: -3 },
    saved: { perMonth: 120.4, soFar: 340 },
    currency: 'USD',
    failed: [{ repository: text, branch: 'main', problem: text }],
  }
}

const size = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string' ? [value] : Object.values(Object(value)).flatMap(textsIn)

describe('the summary', () => {
  it('follows its published schema', () => {
    const validate = new Ajv2020({ strict: false }).compile(schemas['digest'] ?? {})
    expect(
      validate(JSON.parse(digestPayload('webhook', digestOf(3)).toString())),
      validate.errors?.[0]?.message,
    ).toBe(true)
  })

  it('says in each chat what waits for whom, what was saved, and what did harm', () => {
    for (const made of [slackPayload(digestOf(2)), teamsPayload(digestOf(2)), discordPayload(digestOf(2))]) {
      const text = textsIn(made).join('\n').replaceAll('\\', '')
      expect(text).toContain(
        '8 merged values save 120.40 USD a month, and have saved 340.00 USD so far. 5 of them held.',
      )
      expect(text).toContain('6 values of 4 workloads should change, which costs 3.00 USD a month.')
      expect(text).toContain('2 pull requests wait for review, and 1 more for a free slot.')
      expect(text).toContain('Waiting for review (2)')
      expect(text).toContain(': open for 1 day, 4 values, saves 25.40 USD a month')
      expect(text).toContain('; its branch has a commit of somebody else')
      expect(text).toContain('app requests.cpu 500m → 200m, merged on 2026-02-20')
    }
  })

  it.each([0, 1, 12, 500])('fits the limits of every chat with %i entries a part', (many) => {
    for (const text of ['prod acme/payments', hostile.repeat(20)]) {
      const digest = digestOf(many, text)
      const slack = slackPayload(digest)
      expect(slack.blocks.length).toBeLessThanOrEqual(50)
      expect(slack.text.length).toBeLessThanOrEqual(3000)
      expect(size(slack)).toBeLessThan(16_001)
      expect(size(teamsPayload(digest))).toBeLessThan(28_000)
      const [embed] = discordPayload(digest).embeds
      expect(embed?.title.length).toBeLessThanOrEqual(256)
      expect(embed?.description.length).toBeLessThanOrEqual(4096)
    }
  })

  it('says how many entries are left out', () => {
    expect(textsIn(slackPayload(digestOf(500))).join('\n')).toMatch(/and 49\d more/)
  })

  it('shows no secret', () => {
    keepSecret('t0ken-of-the-run')
    for (const type of ['slack', 'teams', 'discord', 'webhook'] as const)
      expect(digestPayload(type, digestOf(1, 'see t0ken-of-the-run')).toString()).not.toContain('t0ken')
  })
})

/** As much of Microsoft's library as the test uses. */
interface Cards {
  readonly SerializationContext: new () => {
    readonly eventCount: number
    readonly getEventAt: (nth: number) => { readonly message: string }
  }
  readonly AdaptiveCard: new () => {
    readonly parse: (content: object, context: object) => void
    readonly validateProperties: () => { readonly validationEvents: readonly { readonly message: string }[] }
    readonly getItemCount: () => number
  }
}

const library = join(import.meta.dirname, '../../tools/node_modules/adaptivecards/dist/adaptivecards.js')
const hasCards = existsSync(library)
if (!hasCards)
  console.warn('cards are not read by the library of Adaptive Cards: `npm run test:tools` installs it')
const cards = hasCards ? (createRequire(import.meta.url)(library) as Cards) : undefined

/** What the library of Adaptive Cards objects to in a card; nothing where it is not installed. */
function remarksOn(content: object): readonly string[] {
  if (cards === undefined) return []
  const context = new cards.SerializationContext()
  const card = new cards.AdaptiveCard()
  card.parse(content, context)
  const parsed = Array.from({ length: context.eventCount }, (_, nth) => context.getEventAt(nth).message)
  const validated = card.validateProperties().validationEvents.map(({ message }) => message)
  return [...parsed, ...validated, ...(card.getItemCount() === 0 ? ['no items'] : [])]
}

describe('names in a summary are plain text', () => {
  const digest = digestOf(2, hostile)

  it('of Slack: in rich text, where no markup is read, and escaped in the notification', () => {
    const { text, blocks, link_names } = slackPayload(digest)
    expect(link_names).toBe(false)
    expect(text).not.toMatch(/[<>]/)
    const typed: readonly AnyBlock[] = blocks
    expect(new Set(typed.map(({ type }) => type))).toEqual(new Set(['header', 'rich_text']))
    const elements = JSON.stringify(blocks)
    expect(elements).not.toMatch(/"type":"(?:mrkdwn|user|usergroup|broadcast|channel)"/)
    expect(elements).not.toMatch(/@(?:here|everyone|channel)/)
    for (const [, url = ''] of elements.matchAll(/"url":"([^"]*)"/g))
      expect(url).toMatch(/^https:\/\/git\.example\.com\/[^|<>()]*$/)
  })

  it('of Discord: escaped, and nobody may be mentioned', () => {
    const { embeds, allowed_mentions } = discordPayload(digest)
    expect(allowed_mentions).toEqual({ parse: [] })
    const text = embeds[0]?.description ?? ''
    const foreign = text
      .replace(/\[\\#\d+\]\(<https:[^>]*>\)|\[#\d+\]\(<https:[^>]*>\)/g, '')
      .replace(/^- |\*\*/gm, '')
    expect(foreign).not.toMatch(/(?<!\\)[*_~`|>[\]()<]/)
    expect(text).not.toMatch(/@(?:here|everyone)/)
  })

  it('of Teams: runs of text, in a card that Adaptive Cards takes without a remark', () => {
    const { content } = teamsPayload(digest).attachments[0]
    expect(JSON.stringify(content)).not.toMatch(/"TextBlock"|"mention"|"entities"/)
    expect(remarksOn(content)).toEqual([])
    if (!hasCards) return
    expect(remarksOn({ ...content, body: [{ type: 'RichTextBlok' }] })).not.toEqual([])
    expect(remarksOn({ ...content, body: [{ type: 'TextBlock', text: 'x', size: 'Enormous' }] })).not.toEqual(
      [],
    )
  })
})
