import type { FileEdit } from '../../../model/edit.ts'
import { oneLine } from '../../../model/escape-markdown.ts'
import { stop } from '../../../model/problem.ts'
import { fingerprint } from '../../record/fingerprint.ts'
import type { StoredTree } from '../forge.ts'
import type { Session } from './session.ts'

/** One ref to move, as `updateRefs` takes it. */
export interface RefUpdate {
  readonly name: string
  readonly beforeOid: string
  readonly afterOid: string
  readonly force: boolean
}

/** The id that stands for no commit. */
export const noCommit = '0'.repeat(40)

const updateRefs = `mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`
const commitOnBranch = `mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }`

/** Moves refs, all of them or none; the server refuses when one is not where it was seen. */
export async function moveRefs(
  { ask }: Session,
  repositoryId: string,
  refUpdates: readonly RefUpdate[],
): Promise<void> {
  const [first] = refUpdates
  const input = { repositoryId, refUpdates }
  await ask(`move ${first?.name.replace('refs/heads/', '')}`, (octokit) =>
    octokit.graphql(updateRefs, { input }),
  )
}

/** What a commit should be made of. */
export interface Wanted {
  readonly stored: StoredTree
  readonly edits: readonly FileEdit[]
  readonly message: string
}

/** A commit that stands on a scratch branch, and what takes all scratch branches away. */
export interface TemporaryRefCommit {
  readonly id: string
  readonly clear: readonly RefUpdate[]
}

const scratch = 'refs/heads/tortoise/scratch-'
const removal = ({ name, id }: { name: string; id: string }): RefUpdate => ({
  name,
  beforeOid: id,
  afterOid: noCommit,
  force: true,
})

async function leftovers({ at, ask }: Session) {
  const ref = scratch.replace('refs/', '')
  const { data } = await ask('list branches', ({ rest }) => rest.git.listMatchingRefs({ ...at, ref }))
  return data.map(({ ref: name, object }) => ({ name, id: object.sha }))
}

async function write(
  { at, ask }: Session,
  name: string,
  { stored, edits, message }: Wanted,
): Promise<string> {
  const [headline = '', ...body] = message.split('\n')
  const input = {
    branch: {
      repositoryNameWithOwner: `${at.owner}/${at.repo}`,
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
  const { createCommitOnBranch } = await ask('commit', (octokit) =>
    octokit.graphql<{ readonly createCommitOnBranch: { readonly commit: { readonly oid: string } } }>(
      commitOnBranch,
      { input },
    ),
  )
  return createCommitOnBranch.commit.oid
}

/** What is wrong with a commit made so; `undefined` when it is signed and holds just what was proved. */
async function fault(
  { at, ask }: Session,
  id: string,
  { tree, base }: StoredTree,
): Promise<string | undefined> {
  const { data } = await ask('read a commit', ({ rest }) => rest.git.getCommit({ ...at, commit_sha: id }))
  if (!data.verification.verified)
    return `GitHub did not sign the commit (${oneLine(data.verification.reason)})`
  return data.tree.sha === tree && data.parents[0]?.sha === base
    ? undefined
    : 'A commit that GitHub signs for this token would lose a file mode'
}

/**
 * Makes a commit that GitHub signs whoever the token belongs to: `createCommitOnBranch`, on a scratch branch, so that the
 * branch of the pull request never stands empty at its base. The call takes texts alone, so its tree is compared with the
 * one that was proved; `forge.refused` where they differ or no signature came.
 */
export async function commitOnTemporaryRef(
  session: Session,
  repositoryId: string,
  wanted: Wanted,
): Promise<TemporaryRefCommit> {
  const { base, tree } = wanted.stored
  const name = `${scratch}${fingerprint(`${base} ${tree}`)}`
  const left = await leftovers(session)
  const beforeOid = left.find((one) => one.name === name)?.id ?? noCommit
  if (beforeOid !== base)
    await moveRefs(session, repositoryId, [{ name, beforeOid, afterOid: base, force: true }])
  const id = await write(session, name, wanted)
  const clear = [{ name, id }, ...left.filter((one) => one.name !== name)].map(removal)
  const wrong = await fault(session, id, wanted.stored)
  if (wrong === undefined) return { id, clear }
  await moveRefs(session, repositoryId, clear)
  throw stop('forge.refused', wrong, {
    place: session.place,
    hint: 'Use the token of a GitHub App or of Actions, or set deliver.commits.verified to false.',
  })
}
