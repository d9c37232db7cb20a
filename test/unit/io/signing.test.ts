import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import { join } from 'node:path'
import http from 'isomorphic-git/http/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliver } from '../../../plugin/deliver/commit.ts'
import { gitWriter } from '../../../plugin/deliver/git/git-writer.ts'
import type { Signer } from '../../../plugin/deliver/git/objects.ts'
import { openRemote } from '../../../plugin/deliver/git/smart-http.ts'
import { commitMessage } from '../../../plugin/deliver/record/commit-message.ts'
import { createPrograms } from '../../../plugin/io/programs.ts'
import { createSigner, type SigningKey } from '../../../plugin/io/signing.ts'
import { type GitServer, startGitServer } from '../../lab/git-server.ts'
import { author, type Checkout, git, makeCheckout, now, optionsOf, proposalOf } from '../deliver/lab.ts'

const branch = 'tortoise/main'
const path = process.env['PATH'] ?? ''
const has = (program: string): boolean =>
  path.split(':').some((directory) => fs.existsSync(join(directory, program)))

let checkout: Checkout
let server: GitServer
beforeEach(async () => {
  checkout = makeCheckout()
  server = await startGitServer(checkout.root)
})
afterEach(async () => {
  await server.close()
  checkout.close()
})

const run = (file: string, args: readonly string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** A key, and git settings that trust only this key. */
interface Pair {
  readonly key: SigningKey
  readonly trust: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

function sshPair(passphrase = ''): Pair {
  const file = join(checkout.root, 'id')
  run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'lab', '-f', file])
  const signers = join(checkout.root, 'signers')
  fs.writeFileSync(signers, `${author.email} ${fs.readFileSync(`${file}.pub`, 'utf8')}`)
  return {
    key: { format: 'ssh', key: fs.readFileSync(file, 'utf8'), passphrase },
    trust: ['-c', `gpg.ssh.allowedSignersFile=${signers}`],
    env: {},
  }
}

function gpgPair(passphrase = ''): Pair {
  const home = fs.mkdtempSync(join(checkout.root, 'g'))
  const base = [
    '--homedir',
    home,
    '--batch',
    '--quiet',
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    passphrase,
  ]
  run('gpg', [
    ...base,
    '--quick-generate-key',
    `${author.name} <${author.email}>`,
    'ed25519',
    'sign',
    'never',
  ])
  const key = run('gpg', [...base, '--armor', '--export-secret-keys'])
  run('gpg-connect-agent', ['--homedir', home, '--no-autostart', 'killagent', '/bye'])
  return { key: { format: 'openpgp', key, passphrase }, trust: [], env: { GNUPGHOME: home } }
}

const signer = (key: SigningKey): Signer => createSigner(key, createPrograms({}, path))
const verify = (dir: string, { trust, env }: Pair, ref = branch): string => {
  git(dir, [...trust, 'verify-commit', ref], undefined, env)
  return git(dir, [...trust, 'log', '-1', '--format=%G?', ref], undefined, env)
}
const commit = (sign?: Signer) =>
  deliver(proposalOf(), optionsOf(), { fs, gitdir: join(checkout.dir, '.git'), now, sign })

const left = (): readonly string[] =>
  fs
    .readdirSync(fs.realpathSync(join(checkout.root, '..')))
    .filter((name) => name.startsWith('tortoise-sign-'))

describe.each([
  ['SSH', 'ssh-keygen', sshPair],
  ['OpenPGP', 'gpg', gpgPair],
] as const)('a commit signed by %s', (_name, program, pairOf) => {
  it.runIf(has(program))(
    `is verified by git${has(program) ? '' : ` (${program} is not installed)`}`,
    async () => {
      const pair = pairOf()
      const before = left()
      await commit(signer(pair.key))
      expect(verify(checkout.dir, pair)).toBe('G')
      expect(git(checkout.dir, ['fsck', '--strict', '--no-dangling'])).toBe('')
      expect(left()).toEqual(before)
    },
  )

  it.runIf(has(program))('uses a passphrase; a wrong one is an error', async () => {
    const pair = pairOf('correct horse')
    await expect(commit(signer({ ...pair.key, passphrase: 'battery' }))).rejects.toMatchObject({
      problems: [{ code: 'program.failed', hint: expect.stringContaining('passphrase') }],
    })
    await commit(signer(pair.key))
    expect(verify(checkout.dir, pair)).toBe('G')
  })

  it.runIf(has(program))('is verified on the server after a push', async () => {
    const pair = pairOf()
    const wire = openRemote({ url: `${server.url}/gitops.git`, token: () => server.token }, http)
    const writer = gitWriter(checkout.repository, wire, { author, now, sign: signer(pair.key) })
    const base = git(checkout.dir, ['rev-parse', 'main'])
    const stored = await writer.writeTree(base, proposalOf().edits)
    const to = await writer.writeCommit(stored, commitMessage(proposalOf(), stored))
    await writer.moveBranch(branch, { from: undefined, to, force: true })
    expect(verify(checkout.bare, pair)).toBe('G')
    expect(await writer.readCommit(to, base)).toMatchObject({ signedAsRequired: true })
  })
})

describe('a key that cannot sign', () => {
  it.each(['ssh', 'openpgp'] as const)(
    'fails without a commit and without printing the key: %s',
    async (format) => {
      const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----'
      const failed = await commit(signer({ format, key })).catch((error: unknown) => error)
      expect(failed).toMatchObject({ problems: [{ code: expect.stringMatching(/^program\./) }] })
      expect(String(failed)).not.toContain('c2VjcmV0')
      expect(git(checkout.dir, ['branch', '--list', branch])).toBe('')
    },
  )

  it('is reported when the program is missing', async () => {
    const sign = createSigner({ format: 'ssh', key: 'x' }, createPrograms({}, '/nowhere'))
    await expect(commit(sign)).rejects.toMatchObject({
      problems: [{ code: 'program.missing', message: expect.stringContaining('sign commits') }],
    })
  })
})

describe('a branch with our unsigned commit', () => {
  it.runIf(has('ssh-keygen'))('is rebuilt when commits are signed, and then unchanged', async () => {
    await commit()
    const pair = sshPair()
    expect(await commit(signer(pair.key))).toMatchObject({ created: true })
    expect(verify(checkout.dir, pair)).toBe('G')
    expect(await commit(signer(pair.key))).toMatchObject({ created: false })
  })
})
