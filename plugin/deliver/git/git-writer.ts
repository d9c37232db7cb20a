import type { BranchWriter } from '../forges/forge.ts'
import { fetchCommit } from './fetch.ts'
import { type CommitDetails, draftEdits, writeDraft } from './objects.ts'
import { pushBranch } from './push.ts'
import { remoteHead, type SmartHttp } from './smart-http.ts'
import type { Repository } from './tree.ts'

/** The author and time of commits, and the signer if any. */
export type CommitterDetails = Omit<CommitDetails, 'message'>

/** Writes branches of any Git server over HTTP. It makes objects in the clone and pushes them with a lease. */
export function gitWriter(
  repository: Repository,
  server: SmartHttp,
  details: CommitterDetails,
): BranchWriter {
  // The objects that this run stored, by the commit or tree that they belong to.
  const objects = new Map<string, readonly string[]>()
  return {
    head: (branch) => remoteHead(server, branch),
    readCommit: async (id, base) => {
      const { commit } = await fetchCommit(repository, server, { id, base })
      const signed = commit.gpgsig !== undefined
      const { message, tree, parent: parents } = commit
      return { message, tree, parents, signedAsRequired: signed || details.sign === undefined }
    },
    writeTree: async (base, edits) => {
      const draft = await draftEdits(repository, base, edits)
      objects.set(draft.tree, draft.objects)
      return { base, tree: draft.tree }
    },
    writeCommit: async ({ base, tree }, message) => {
      const stored = objects.get(tree) ?? []
      const id = await writeDraft(repository, { base, tree, objects: stored }, { message, ...details })
      objects.set(id, [id, ...stored])
      return id
    },
    moveBranch: (branch, { from, to }) =>
      pushBranch(repository, server, { branch, from, to, objects: objects.get(to) ?? [to] }),
  }
}
