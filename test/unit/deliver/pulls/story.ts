import { Octokit } from 'octokit'
import type { BranchWriter, Forge } from '../../../../plugin/deliver/forges/forge.ts'
import { githubForge } from '../../../../plugin/deliver/forges/github/forge.ts'
import { type OctokitFactory, openSession } from '../../../../plugin/deliver/forges/github/session.ts'
import { githubWriter } from '../../../../plugin/deliver/forges/github/writer.ts'
import { collectDecisions } from '../../../../plugin/deliver/pulls/decisions.ts'
import type { PullOptions } from '../../../../plugin/deliver/pulls/job.ts'
import { readReviews } from '../../../../plugin/deliver/pulls/read-reviews.ts'
import { resolveChange } from '../../../../plugin/deliver/pulls/resolve-change.ts'
import { syncPulls } from '../../../../plugin/deliver/pulls/sync-pulls.ts'
import { changeKey } from '../../../../plugin/deliver/record/commit-message.ts'
import type { ProposedChange, PullOutcome, ScopedProposal } from '../../../../plugin/model/proposal.ts'
import { inert } from '../../../../plugin/model/text/inert.ts'
import { markdown } from '../../../../plugin/model/text/markdown.ts'
import { printValue, readValue } from '../../../../plugin/model/value.ts'
import { type GitHubServer, startGitHubServer } from '../../../lab/github-server.ts'
import type { GitHubLab } from '../../../lab/github-state.ts'
import { type Checkout, changeOf, git, makeCheckout, proposalOf } from '../lab.ts'

/** A CPU request to propose for a workload, in millicores, in its own scope or the shared one. */
export interface Want {
  readonly to: number
  readonly name?: string
  readonly scope?: string
}

/** Options of one run. */
export interface StoryRun {
  /** Why open pull requests are obsolete. */
  readonly gone?: string | undefined
  readonly options?: Partial<PullOptions>
  readonly autoMerge?: boolean
  readonly fetch?: typeof fetch
  readonly title?: string
}

/** A repository, its forge, and a clock that the test sets. */
export interface Story {
  readonly checkout: Checkout
  readonly server: GitHubServer
  /** One scheduled run. Returns its pull requests, and the reasons of the changes that decisions skipped. */
  readonly run: (
    wants: readonly Want[],
    how?: StoryRun,
  ) => Promise<{ readonly pulls: readonly PullOutcome[]; readonly left: readonly string[] }>
  readonly later: (days: number) => void
  /** Returns the CPU request of a workload on a branch of the server. */
  readonly cpu: (branch: string, name?: string) => string | undefined
  /** Makes a commit on a branch of the server as a user. Returns its id. */
  readonly person: (branch: string, path: string, text: string) => string
  readonly writes: () => readonly string[]
  readonly close: () => Promise<void>
}

const fileOf = (name: string): string => `apps/${name}/deployment.yaml`
const cpuIn = (text: string): string => /cpu: (\S+)/.exec(text)?.[1] ?? ''

function partsOf(wants: readonly (Want & { readonly text: string })[]): readonly ScopedProposal[] {
  const scopes = [...new Set(wants.map(({ scope = '' }) => scope))]
  return scopes.map((scope) => {
    const mine = wants.filter((want) => (want.scope ?? '') === scope)
    const changes = mine.map(({ name = 'api', text, to }) => changeFor(name, text, to))
    const edits = mine.map(({ name = 'api', text, to }) => ({
      file: fileOf(name),
      before: text,
      after: text.replace(/cpu: \S+/, `cpu: ${printValue('requests.cpu', to, cpuIn(text))}`),
    }))
    return { scope, proposal: proposalOf({ changes, edits }) }
  })
}

const changeFor = (name: string, text: string, to: number): ProposedChange =>
  changeOf({
    workload: { ...changeOf().workload, name },
    from: cpuIn(text),
    to: printValue('requests.cpu', to, cpuIn(text)),
    site: { ...changeOf().site, file: fileOf(name) },
  })

/** Opens a client without pauses. */
const clientOf =
  (fetcher: typeof fetch = fetch): OctokitFactory =>
  ({ auth, baseUrl }) =>
    new Octokit({
      auth,
      baseUrl,
      throttle: { enabled: false },
      retry: { enabled: false },
      request: { fetch: fetcher },
    })

/** Makes a repository and its forge, and starts the test server. */
export async function beginStory(
  lab: Partial<GitHubLab> = {},
  writerOf?: (checkout: Checkout, now: Date) => BranchWriter,
): Promise<Story> {
  const checkout = makeCheckout()
  let now = new Date('2026-03-01T04:00:00Z')
  const server = await startGitHubServer({ gitdir: checkout.bare, now: () => now, ...lab })
  const { repository, url: apiUrl } = server
  const show = (branch: string, path: string): string =>
    git(checkout.bare, ['show', `${branch}:${path}`], undefined)
  const run: Story['run'] = async (wants, how = {}) => {
    const { gone, options = {}, autoMerge = false, title = 'right-size' } = how
    const session = await openSession(
      { kind: 'github', repository, apiUrl, token: () => server.token },
      clientOf(how.fetch),
    )
    const forge: Forge = githubForge(session)
    const writer = writerOf?.(checkout, now) ?? githubWriter(session, { verified: lab.tokenOf === 'person' })
    const { pulls, reviewed } = await readReviews(
      forge,
      await forge.pulls(new Date(now.getTime() - 180 * 86_400_000)),
      { now, days: 180 },
    )
    const memory = collectDecisions(reviewed)
    const rules = { reconsider: 20, settle: 5, rememberDays: 180, now }
    const left: string[] = []
    const kept = wants.flatMap((want) => {
      const text = `${show('main', fileOf(want.name ?? 'api'))}\n`
      const from = readValue('requests.cpu', cpuIn(text)) ?? 0
      const key = changeKey(changeFor(want.name ?? 'api', text, want.to))
      const verdict = resolveChange(memory, { key, from, to: want.to }, rules)
      if ('reason' in verdict) left.push(verdict.reason)
      return 'reason' in verdict || verdict.to === from ? [] : [{ ...want, text, to: verdict.to }]
    })
    const wanted = partsOf(kept).map((part) => ({
      ...part,
      title: inert`${title}`,
      body: markdown`report`,
      autoMerge,
    }))
    const obsolete = new Map(gone === undefined ? [] : pulls.map(({ number }) => [number, gone]))
    const done = await syncPulls(wanted, {
      obsolete,
      options: {
        base: 'main',
        baseId: git(checkout.bare, ['rev-parse', 'main']),
        prefix: 'tortoise/right-size',
        maxOpen: 10,
        maxNewPerHour: 100,
        labels: [],
        checks: false,
        now,
        ...options,
      },
      ports: { forge, writer, pulls },
    })
    return { pulls: done, left }
  }
  return {
    checkout,
    server,
    run,
    later: (days) => {
      now = new Date(now.getTime() + days * 86_400_000)
    },
    cpu: (branch, name = 'api') => cpuIn(show(branch, fileOf(name))),
    person: (branch, path, text) => {
      git(checkout.dir, ['fetch', '--quiet', 'origin'])
      git(checkout.dir, ['checkout', '--quiet', '-B', 'person', `origin/${branch}`])
      git(checkout.dir, ['rm', '--quiet', '--ignore-unmatch', '--cached', path])
      const blob = git(checkout.dir, ['hash-object', '-w', '--stdin'], text)
      git(checkout.dir, ['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`])
      git(checkout.dir, ['commit', '--quiet', '--message', `change ${path}`])
      git(checkout.dir, ['push', '--quiet', 'origin', `HEAD:${branch}`])
      git(checkout.dir, ['reset', '--quiet', '--hard'])
      return git(checkout.dir, ['rev-parse', 'HEAD'])
    },
    writes: () =>
      server.requests
        .filter(
          ({ method, path, body }) =>
            method !== 'GET' && !(path === '/graphql' && JSON.stringify(body).includes('mergeStateStatus')),
        )
        .map(({ method, path }) => `${method} ${path}`),
    close: async () => {
      await server.close()
      checkout.close()
    },
  }
}
