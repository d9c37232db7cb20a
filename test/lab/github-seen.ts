import { readBlock } from '../../plugin/deliver/record/hidden-block.ts'
import type { State } from './github-state.ts'

const withoutIds = (text: string): string =>
  text.replace(/<!-- tortoise:1 [\w+/=]+ -->/, '').replace(/[0-9a-f]{40}|\b[0-9a-f]{12}\b/g, 'id')

/** Returns everything on the server that users see, without ids that depend on the time, to compare the results of two runs. */
export function seenOn({ bare, pulls, comments, issues, statuses }: State) {
  const main = bare.ref('main')
  return {
    refs: bare.refs('tortoise').map(({ branch, sha }) => {
      const { tree, parents = [], message = '' } = bare.commit(sha) ?? {}
      return {
        branch,
        tree,
        onMain: parents.length === 1 && parents[0] === main,
        message: withoutIds(message),
      }
    }),
    pulls: pulls.all.map(({ number, title, state, head, labels, body }) => {
      const { head: ours, base, ...block } = readBlock(body ?? '') ?? { head: '', base: '' }
      return {
        number,
        title,
        state,
        branch: head.ref,
        labels,
        block,
        body: withoutIds(body ?? ''),
        current: ours === head.sha && base === main,
      }
    }),
    comments: [...comments].map(([number, all]) => [number, all.map(({ body }) => withoutIds(body))]),
    issues: issues.map(({ number, title, body }) => ({ number, title, body: withoutIds(body) })),
    statuses: [...statuses].map(([commit, all]) => [
      bare.commit(commit)?.tree,
      [...all].sort((a, b) => a.context.localeCompare(b.context)),
    ]),
  }
}
