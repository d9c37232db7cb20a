import http from 'isomorphic-git/http/node'
import { Octokit } from 'octokit'
import type { BranchWriter } from '../../../plugin/deliver/forges/forge.ts'
import {
  type OctokitFactory,
  openSession,
  type Session,
} from '../../../plugin/deliver/forges/github/session.ts'
import { githubWriter } from '../../../plugin/deliver/forges/github/writer.ts'
import { gitWriter } from '../../../plugin/deliver/git/git-writer.ts'
import { openRemote } from '../../../plugin/deliver/git/smart-http.ts'
import { startGitServer } from '../../lab/git-server.ts'
import { type GitHubServer, startGitHubServer } from '../../lab/github-server.ts'
import type { GitHubLab } from '../../lab/github-state.ts'
import { author, type Checkout, git, now } from './lab.ts'

/** A client without pauses. */
export const quickOctokit: OctokitFactory = (options) =>
  new Octokit({ ...options, throttle: { enabled: false }, retry: { enabled: false } })

/** A writer and the server it writes to. */
export interface Opened {
  readonly writer: BranchWriter
  readonly close: () => Promise<void>
}

/** Opens a session with the GitHub server of the lab. */
export async function openGitHub(
  { bare }: Checkout,
  lab: Partial<GitHubLab> = {},
): Promise<{ readonly server: GitHubServer; readonly session: Session }> {
  const server = await startGitHubServer({ gitdir: bare, ...lab })
  const { repository, url: apiUrl, token } = server
  const session = await openSession({ kind: 'github', repository, apiUrl, token: () => token }, quickOctokit)
  return { server, session }
}

const github =
  (lab: Partial<GitHubLab>) =>
  async (checkout: Checkout): Promise<Opened> => {
    const { server, session } = await openGitHub(checkout, lab)
    return { writer: githubWriter(session, { verified: true }), close: server.close }
  }

/** All ways to write a branch of a server. */
export const writers: Readonly<Record<string, (checkout: Checkout) => Promise<Opened>>> = {
  'GitHub, with the token of an app': github({ tokenOf: 'app' }),
  'GitHub, with the token of a person and commits to be verified': github({ tokenOf: 'person' }),
  'any Git server': async ({ root, repository }) => {
    const server = await startGitServer(root)
    const wire = openRemote({ url: `${server.url}/gitops.git`, token: () => server.token }, http)
    return { writer: gitWriter(repository, wire, { author, now }), close: server.close }
  },
}

/** Returns the branches of a bare repository. */
export const branchesOf = ({ bare }: Checkout): readonly string[] =>
  git(bare, ['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads']).split('\n')
