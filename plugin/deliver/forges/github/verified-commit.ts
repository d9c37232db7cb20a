import type { FileEdit } from '../../../model/edit.ts'
import { fingerprint } from '../../../model/fingerprint.ts'
import { stop } from '../../../model/problem.ts'
import { oneLine } from '../../../model/text/clean.ts'
import type { Inert } from '../../../model/text/inert.ts'
import type { StoredTree } from '../forge.ts'
import type { Session } from './session.ts'

/** One ref to move, as the mutation `updateRefs` accepts it. */
export interface RefUpdate {
  readonly name: string
  readonly beforeOid: string
  readonly afterOid: string
  readonly force: boolean
}

/** The id that means no commit: the ref is created or deleted. */
export const noCommit = '0'.repeat(40)

const updateRefs = `mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`
const commitOnBranch = `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`

/** Moves refs, all or none. Throws `forge.refused` when one of them is not at its `beforeOid` any more. */
export async function moveRefs(
  { send }: Session,
  repositoryId: string,
  refUpdates: readonly RefUpdate[],
): Promise<void> {
  const [first] = refUpdates
  const input = { repositoryId, refUpdates }
  await send(`move ${first?.name.replace('refs/heads/', '')}`, (octokit) =>
    octokit.graphql(updateRefs, { input }),
  )
}

/** The content of a commit to make. */
export interface CommitContent {
  readonly stored: StoredTree
  readonly edits: readonly FileEdit[]
  readonly message: Inert
}

/** A commit on a temporary branch, and the ref updates that delete all temporary branches. */
export interface TemporaryRefCommit {
  readonly id: string
  readonly clear: readonly RefUpdate[]
}

const temporaryPrefix = 'refs/heads/tortoise/scratch-'
const removal = ({ name, id }: { name: string; id: string }): RefUpdate => ({
  name,
  beforeOid: id,
  afterOid: noCommit,
  force: true,
})

async function temporaryRefs({ repo, send }: Session) {
  const ref = temporaryPrefix.replace('refs/', '')
  const { data } = await send('list branches', ({ rest }) => rest.git.listMatchingRefs({ ...repo, ref }))
  return data.map(({ ref: name, object }) => ({ name, id: object.sha }))
}

async function write(
  { repo, send }: Session,
  name: string,
  { stored, edits, message }: CommitContent,
): Promise<string> {
  const [headline = '', ...body] = message.toString().split('\n')
  const input = {
    branch: {
      repositoryNameWithOwner: `${repo.owner}/${repo.repo}`,
      branchName: name.replace('refs/heads/', ''),
    },
    message: { headline, body: body.join('\n').trim() },
    expectedHeadOid: stored.base,
    fileChanges: {
      additions: edits.map(({ file, after }) => ({
        path: file,
        contents: Buffer.from(after).toString('base64'),
      })),
    },
  }
  const { createCommitOnBranch } = await send('commit', (octokit) =>
    octokit.graphql<{ readonly createCommitOnBranch: { readonly commit: { readonly oid: string } } }>(
      commitOnBranch,
      { input },
    ),
  )
  return createCommitOnBranch.commit.oid
}

/** Returns what is wrong with the commit; `undefined` when it is signed and has the proved tree. */
async function findFault(
  { repo, send }: Session,
  id: string,
  { tree, base }: StoredTree,
): Promise<string | undefined> {
  const { data } = await send('read a commit', ({ rest }) => rest.git.getCommit({ ...repo, commit_sha: id }))
  if (!data.verification.verified)
    return `GitHub did not sign the commit (${oneLine(data.verification.reason)})`
  return data.tree.sha === tree && data.parents[0]?.sha === base
    ? undefined
    : 'A commit that GitHub signs for this token would lose a file mode'
}

/**
 * Makes a commit that GitHub signs for every kind of token, with the mutation `createCommitOnBranch`. It is made on a
 * temporary branch, so that the branch of the pull request is never empty. The mutation accepts texts but no file modes,
 * so the resulting tree is compared with the proved one. Throws `forge.refused` when they differ or the signature is missing.
 */
export async function commitOnTemporaryRef(
  session: Session,
  repositoryId: string,
  content: CommitContent,
): Promise<TemporaryRefCommit> {
  const { base, tree } = content.stored
  const name = `${temporaryPrefix}${fingerprint(`${base} ${tree}`)}`
  const existing = await temporaryRefs(session)
  const beforeOid = existing.find((one) => one.name === name)?.id ?? noCommit
  if (beforeOid !== base)
    await moveRefs(session, repositoryId, [{ name, beforeOid, afterOid: base, force: true }])
  const id = await write(session, name, content)
  const clear = [{ name, id }, ...existing.filter((one) => one.name !== name)].map(removal)
  const wrong = await findFault(session, id, content.stored)
  if (wrong === undefined) return { id, clear }
  await moveRefs(session, repositoryId, clear)
  throw stop('forge.refused', wrong, {
    place: session.place,
    hint: 'Use the token of a GitHub App or of GitHub Actions, or set deliver.commits.verified: false.',
  })
}
