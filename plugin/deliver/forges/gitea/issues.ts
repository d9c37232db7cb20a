import { z } from 'zod'
import { fitBody } from '../../../model/text/markdown.ts'
import type { Forge } from '../forge.ts'
import { issueSchema, labelSchema } from './schemas.ts'
import { pageSize, readPages, type Session } from './session.ts'

const labelColour = '#4c8c4a'

/** Returns the ids of labels, which Gitea needs in place of their names. Creates the labels that the repository lacks. */
export async function labelIds({ owner, repo, api, send }: Session, names: readonly string[]) {
  const schema = labelSchema.extend({ id: z.number() })
  const known = await send('list labels', () =>
    readPages(schema, (page) => api.repos.issueListLabels(owner, repo, { page, limit: pageSize })),
  )
  const ids: number[] = []
  for (const name of names) {
    const found = known.find((label) => label.name === name)
    const create = async () =>
      schema.parse(
        (
          await send('create a label', () =>
            api.repos.issueCreateLabel(owner, repo, { name, color: labelColour }),
          )
        ).data,
      )
    ids.push((found ?? (await create())).id)
  }
  return ids
}

/** Finds the open issue of Tortoise whose body contains a marker. */
export async function findIssue({ owner, repo, api, send }: Session, marker: string) {
  const issues = await send('list issues', () =>
    readPages(issueSchema, (page) =>
      api.repos.issueListIssues(owner, repo, {
        state: 'open',
        labels: 'tortoise',
        type: 'issues',
        page,
        limit: pageSize,
      }),
    ),
  )
  const [found] = issues
    .filter(({ body }) => body?.includes(marker))
    .sort((one, other) => one.number - other.number)
  return (
    found && {
      number: found.number,
      body: (found.body ?? '').replaceAll('\r\n', '\n'),
      ...(found.user && { author: { login: found.user.login, isBot: false } }),
    }
  )
}

/** Updates an issue, or opens one when there is no number. */
export async function writeIssue(
  session: Session,
  issue: Parameters<Forge['writeIssue']>[0],
  number: number | undefined,
): Promise<void> {
  const { owner, repo, api, send } = session
  const [title, text] = [issue.title.toString(), fitBody(issue.body).toString()]
  if (number !== undefined) {
    await send('update the dashboard', () =>
      api.repos.issueEditIssue(owner, repo, number, { title, body: text }),
    )
    return
  }
  const labels = await labelIds(session, ['tortoise'])
  await send('open the dashboard', () =>
    api.repos.issueCreateIssue(owner, repo, { title, body: text, labels }),
  )
}
