import type { BranchWriter } from '../forges/forge.ts'
import { fetchCommit } from './fetch.ts'
import { draftEdits, type Signed, writeDraft } from './objects.ts'
import { pushBranch } from './push.ts'
import { remoteHead, type SmartHttp } from './smart-http.ts'
import type { Repository } from './tree.ts'

/** Who commits, when, and who signs. */
export type GitWriting = Omit<Signed, 'message'>

/** Writes the branches of any Git server over HTTP: objects from the clone's blobs and trees, pushed with a lease. */
export function gitWriter(repository: Repository, wire: SmartHttp, writing: GitWriting): BranchWriter {
  // Objects stored in this run, by the commit or tree that they belong to.
  const objects = new Map<string, readonly string[]>()
  return {
    head: (branch) => remoteHead(wire, branch),
    seen: async (id, base) => {
      const { commit } = await fetchCommit(repository, wire, { id, base })
      const signed = commit.gpgsig !== undefined
      const { message, tree, parent: parents } = commit
      return { message, tree, parents, enough: signed || writing.sign === undefined }
    },
    store: async (base, edits) => {
      const draft = await draftEdits(repository, base, edits)
      objects.set(draft.tree, draft.objects)
      return { base, tree: draft.tree }
    },
    commit: async ({ base, tree }, message) => {
      const made = objects.get(tree) ?? []
      const id = await writeDraft(repository, { base, tree, objects: made }, { message, ...writing })
      objects.set(id, [id, ...made])
      return id
    },
    move: (branch, { from, to }) =>
      pushBranch(repository, wire, { branch, from, to, objects: objects.get(to) ?? [to] }),
  }
}
