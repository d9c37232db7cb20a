import { stop } from '../../model/problem.ts'
import { type Markdown, markdown } from '../../model/text/markdown.ts'

/** Marks the comment of the Action. */
const marker = markdown`<!-- gitops-tortoise: review -->`

interface CommentPlace extends ReviewPlace {
  readonly number: number
  /** There are no objections: an existing comment is updated, no new one is written. */
  readonly quiet: boolean
}

/** Creates or updates the one comment on a pull request. Throws `forge.refused` when the token may not. */
export async function upsertComment(text: Markdown, place: CommentPlace): Promise<void> {
  const [owner = '', repo = ''] = place.repository.split('/')
  const { Octokit } = await import('octokit')
  const octokit = new Octokit({ auth: place.token, baseUrl: place.apiUrl.replace(/\/$/, '') })
  const at = { owner, repo, issue_number: place.number }
  const body = markdown`${marker}\n${text}\n`.toString()
  try {
    const comments = await octokit.paginate(octokit.rest.issues.listComments, { ...at, per_page: 100 })
    const ours = comments.find((one) => one.body?.startsWith(marker.toString()))
    if (ours === undefined && !place.quiet) await octokit.rest.issues.createComment({ ...at, body })
    if (ours !== undefined && ours.body?.trim() !== body.trim())
      await octokit.rest.issues.updateComment({ owner, repo, comment_id: ours.id, body })
  } catch (cause) {
    const status = cause instanceof Error && 'status' in cause ? ` (HTTP ${String(cause.status)})` : ''
    throw stop('forge.refused', `The comment on pull request ${place.number} could not be written${status}`, {
      hint: 'Add `permissions: pull-requests: write` to the workflow.',
      cause,
    })
  }
}

/** Where the comment goes. */
export interface ReviewPlace {
  readonly repository: string
  readonly apiUrl: string
  readonly token: string
}
