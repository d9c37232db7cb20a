import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Forge } from '../../deliver/forges/forge.ts'
import { replaceFile } from '../../io/replace-file.ts'
import { stop } from '../../model/problem.ts'
import { hiddenJson, readHidden, withoutHidden } from '../../model/text/hidden-json.ts'
import type { Inert } from '../../model/text/inert.ts'
import { type Markdown, markdown, shownBody } from '../../model/text/markdown.ts'

const sentSchema = z.object({ week: z.iso.date(), targets: z.array(z.string()) })

/** Which targets got, or may have got, the summary of a week. */
export type Sent = z.infer<typeof sentSchema>

/** Where it is recorded that a summary was sent. */
export interface SentRecord {
  readonly read: () => Promise<Sent | undefined>
  readonly write: (sent: Sent) => Promise<void>
  /** Whether a record may be lost: without one, the summary of this week may have been sent. */
  readonly canBeLost: boolean
}

/** An issue of a forge, found by the marker in its text. */
export interface RecordIssue {
  readonly forge: Pick<Forge, 'findIssue' | 'writeIssue' | 'lastEdit' | 'account'>
  readonly marker: string
  readonly title: Inert
}

/** A record in the text of a dashboard issue, where readers do not see it. Writing throws `settings.missing` without the issue. */
export function issueRecord({ forge, marker, title }: RecordIssue): SentRecord {
  return {
    canBeLost: false,
    read: async () => sentIn((await forge.findIssue(marker))?.body),
    write: async (sent) => {
      const found = await forge.findIssue(marker)
      if (found === undefined)
        throw stop('settings.missing', 'there is no dashboard issue to record the summary in', {
          hint: 'Give the token the right to write issues.',
        })
      const edit = await forge.lastEdit(found.number, 'issue')
      // Our edit would hide whose text it is: the next run reads what the person wants first.
      if (edit !== undefined && !edit.by.isBot && edit.by.login !== (await forge.account()))
        throw stop('settings.missing', 'somebody edited the dashboard since the last run', {
          hint: 'The next run reads that first, and sends the summary then.',
        })
      await forge.writeIssue({ title, body: withSent(shownBody(found.body), sent) }, found.number)
    },
  }
}

/** The record in the text of an issue; `undefined` without one. */
export const sentIn = (body = ''): Sent | undefined => readHidden(body, sentSchema)

/** The text of an issue with a record in place of an earlier one; unchanged without one. */
export function withSent(body: Markdown, sent: Sent | undefined): Markdown {
  if (sent === undefined) return body
  const others = withoutHidden(body.toString(), sentSchema)
  return markdown`${hiddenJson(sent)}\n\n${shownBody(others.trim())}`
}

/** A record in a file of the state directory, which may be lost with it. */
export const fileRecord = (file: string): SentRecord => ({
  canBeLost: true,
  read: async () => {
    if (!existsSync(file)) return undefined
    try {
      return sentSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
    } catch {
      return undefined
    }
  },
  write: async (sent) => {
    mkdirSync(dirname(file), { recursive: true })
    replaceFile(file, JSON.stringify(sent))
  },
})
