import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stop } from '../model/problem.ts'
import { type Invocation, type Outcome, runProgram } from './process.ts'
import type { Programs } from './programs.ts'
import { withWorkspace } from './workspace.ts'

/** A private key as text, with its passphrase. */
export interface SigningKey {
  readonly format: 'ssh' | 'openpgp'
  readonly key: string
  readonly passphrase?: string | undefined
}

/** The files of one signature: a private directory that holds the key, and the file to sign. */
interface SigningFiles {
  readonly directory: string
  readonly payload: string
  readonly passphrase: string
}

const secret = { mode: 0o600 }

async function run(invocation: Pick<Invocation, 'file' | 'args'>, cwd: string, env: Invocation['env'] = {}) {
  const outcome = await runProgram({ ...invocation, cwd, env: { HOME: cwd, ...env } })
  if (outcome.exitCode === 0) return
  throw stop('program.failed', `The commit could not be signed: ${reasonOf(outcome)}`, {
    hint: 'Use a private key that can sign, and set its passphrase if it has one.',
  })
}

const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/passphrase/i, 'the passphrase is missing or wrong'],
  [/invalid format|no valid OpenPGP|error in libcrypto/i, 'the key cannot be read'],
  [/no secret key|not available|secret key/i, 'the key cannot sign'],
]

/** The program quotes the key's owner and paths of ours, so only the kind of its message is shown. */
const reasonOf = ({ stderr, exitCode }: Pick<Outcome, 'stderr' | 'exitCode'>): string =>
  reasons.find(([pattern]) => pattern.test(stderr))?.[1] ?? `its program ended with exit code ${exitCode}`

/** Signs with `ssh-keygen -Y sign`, as git does. SSH_ASKPASS is a script that prints the passphrase from a file beside it. */
async function signBySsh(file: string, { directory, payload, passphrase }: SigningFiles): Promise<string> {
  const ask = join(directory, 'ask')
  await writeFile(`${ask}.secret`, passphrase, secret)
  await writeFile(ask, '#!/bin/sh\nexec cat "$0.secret"\n')
  await chmod(ask, 0o700)
  const env = { SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force', PATH: '/usr/bin:/bin' }
  const args = ['-Y', 'sign', '-n', 'git', '-f', join(directory, 'key'), payload]
  await run({ file, args }, directory, env)
  return readFile(`${payload}.sig`, 'utf8')
}

/** Signs with gpg in a home directory that holds only this key, and ends its agent. */
async function signByGpg(file: string, { directory, payload, passphrase }: SigningFiles): Promise<string> {
  const locked = join(directory, 'passphrase')
  await writeFile(locked, passphrase, secret)
  const quiet = ['--homedir', directory, '--batch', '--no-tty', '--quiet', '--pinentry-mode', 'loopback']
  const unlocked = [...quiet, '--passphrase-file', locked]
  try {
    await run({ file, args: [...unlocked, '--import', join(directory, 'key')] }, directory)
    const output = `${payload}.sig`
    await run(
      { file, args: [...unlocked, '--armor', '--output', output, '--detach-sign', payload] },
      directory,
    )
    return await readFile(output, 'utf8')
  } finally {
    const [agent, args] = [
      `${file}-connect-agent`,
      ['--homedir', directory, '--no-autostart', 'killagent', '/bye'],
    ]
    await runProgram({ file: agent, args, cwd: directory, env: { HOME: directory } })
  }
}

const programOf = { ssh: 'ssh-keygen', openpgp: 'gpg' } as const

/**
 * Makes a function that signs texts. The key is on disk only in a private directory while a signature is made.
 * The function rejects with `program.missing` or `program.failed`.
 */
export function createSigner(
  { format, key, passphrase = '' }: SigningKey,
  programs: Programs,
): (text: string) => Promise<string> {
  return async (text) => {
    const { file } = await programs.find(programOf[format])
    return withWorkspace(
      [],
      async (directory) => {
        await writeFile(join(directory, 'key'), `${key.replaceAll('\r', '').trim()}\n`, secret)
        const payload = join(directory, 'payload')
        await writeFile(payload, text)
        const sign = format === 'ssh' ? signBySsh : signByGpg
        return sign(file, { directory, payload, passphrase })
      },
      'tortoise-sign-',
    )
  }
}
