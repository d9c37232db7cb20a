import { plural } from '../../model/plural.ts'
import { unlinked } from '../../model/text/clean.ts'
import { webAddress } from '../../model/text/markdown.ts'
import { redacted } from '../../model/text/secrets.ts'
import { costClause, exactMoney, soFarClause } from '../fleet/format.ts'
import type { Digest, DigestPull } from './schema.ts'

/** A line of a message: plain text on one line, with a link before it. */
export interface DigestItem {
  readonly link?: { readonly label: string; readonly url: string }
  readonly text: string
}

/** A part of a message. Its texts link to nobody and nothing; each medium escapes what it would read as markup. */
export interface DigestSection {
  readonly title: string
  readonly items: readonly DigestItem[]
}

/** The content of a message to a chat. */
export interface DigestMessage {
  readonly title: string
  /** The most important sentences. */
  readonly lead: readonly string[]
  readonly sections: readonly DigestSection[]
}

const longestText = 200
const longestUrl = 500

/** The message of a summary, with at most so many lines in each part. */
function digestMessage(digest: Digest, most: number): DigestMessage {
  const { waiting, merged, declined, harmful, failed } = digest
  const section = limitedTo(most)
  return {
    title: `GitOps Tortoise: week of ${digest.week}`,
    lead: leadOf(digest),
    sections: [
      section('Waiting for review', waiting, (one) => pullItem(one, waitingText(one, digest))),
      section('Merged in the last 7 days', merged, (one) => pullItem(one, endedText(one, digest))),
      section('Declined in the last 7 days', declined, (one) => pullItem(one, endedText(one, digest))),
      section('Did harm', harmful, (one) => ({ text: shown(harmText(one)) })),
      section('Failed', failed, ({ repository, branch, problem }) => ({
        text: shown(`${repository} (${branch}): ${problem}`),
      })),
    ].filter(({ items }) => items.length > 0),
  }
}

/** The largest message whose payload has at most so many bytes. */
export function fittedMessage<P>(
  digest: Digest,
  { bytes, payload }: { readonly bytes: number; readonly payload: (message: DigestMessage) => P },
): P {
  for (let most = 10; most > 0; most -= 1) {
    const made = payload(digestMessage(digest, most))
    if (new TextEncoder().encode(JSON.stringify(made)).length <= bytes) return made
  }
  return payload({ ...digestMessage(digest, 0), sections: [] })
}

const limitedTo =
  (most: number) =>
  <T>(title: string, all: readonly T[], itemOf: (one: T) => DigestItem): DigestSection => {
    const more = all.length > most ? [{ text: `and ${all.length - most} more` }] : []
    return { title: `${title} (${all.length})`, items: [...all.slice(0, most).map(itemOf), ...more] }
  }

function leadOf({ saved, proposed, waiting, queued, held, followed, ...digest }: Digest): readonly string[] {
  const { currency } = digest
  const { perMonth, soFar } = saved
  const changes =
    held + followed === 0
      ? 'No merged change is followed.'
      : `${plural(held + followed, 'merged value')} ${costClause(-perMonth, currency)} a month, and ${soFarClause(-soFar, currency)} so far. ${held} of them held.`
  const open =
    proposed.values === 0
      ? 'Nothing should change.'
      : `${plural(proposed.values, 'value')} of ${plural(proposed.workloads, 'workload')} should change, which ${savesClause(proposed.savesPerMonth, currency)} a month.`
  const more = queued === 0 ? '' : `, and ${queued} more for a free slot`
  const waits =
    waiting.length + queued === 0
      ? 'No pull request waits for review.'
      : `${plural(waiting.length, 'pull request')} ${waiting.length === 1 ? 'waits' : 'wait'} for review${more}.`
  return [changes, open, waits].map(shown)
}

function pullItem({ number, url, repository }: DigestPull, text: string): DigestItem {
  const address = webAddress(url)
  const label = `#${number}`
  const place = repository === undefined ? '' : ` in ${repository}`
  if (address === undefined || address.length > longestUrl) return { text: shown(`${label}${place} ${text}`) }
  return { link: { label, url: address }, text: shown(`${place} ${text}`) }
}

type Money = Pick<Digest, 'currency'>

/** What a change does to a cost, to the cent: `saves 12.00 USD`. */
const savesClause = (saves: number, currency: string): string =>
  `${saves < 0 ? 'costs' : 'saves'} ${exactMoney(saves, currency)}`

function waitingText(one: Digest['waiting'][number], money: Money): string {
  const blocked = one.isBlocked ? '; its branch has a commit of somebody else' : ''
  return `${one.scope}: open for ${plural(one.days, 'day')}${figures(one, money)}${blocked}`
}

const endedText = (one: DigestPull, money: Money): string =>
  `${one.scope}: ${plural(one.days, 'day')} ago${figures(one, money)}`

function figures({ values, savesPerMonth = 0 }: DigestPull, { currency }: Money): string {
  const counted = values === undefined ? '' : `, ${plural(values, 'value')}`
  if (Math.abs(savesPerMonth) < 0.01) return counted
  return `${counted}, ${savesClause(savesPerMonth, currency)} a month`
}

const harmText = ({ cluster, workload, field, from, to, at }: Digest['harmful'][number]): string =>
  `${[cluster, workload].filter(Boolean).join(' ')} ${field} ${from} → ${to}, merged on ${at.slice(0, 10)}`

/** A foreign text on one line, cut, which mentions nobody. */
function shown(text: string): string {
  const line = unlinked(redacted(text))
  return line.length <= longestText ? line : `${line.slice(0, longestText - 1).replace(/\p{Cs}$/u, '')}…`
}
