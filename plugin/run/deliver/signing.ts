import { dirname } from 'node:path'
import type { Settings } from '../../../config/schema.ts'
import type { Signer } from '../../deliver/git/objects.ts'
import { createPrograms } from '../../io/programs.ts'
import { createSigner } from '../../io/signing.ts'
import { stop } from '../../model/problem.ts'
import type { Environment } from '../host.ts'
import { secretFrom } from '../read-settings.ts'
import { secretFile } from './tokens.ts'

type CommitSettings = Settings['deliver']['commits']

/** How commits are signed, and where the signing program is. */
export interface SigningSettings {
  readonly commits: CommitSettings
  readonly programs: Settings['programs']
  /** The Git directory of the clone: no program beside it is run. */
  readonly gitdir: string
}

/**
 * Returns the signer for commits that are written in the checkout; `undefined` when settings require no signature.
 * Throws `settings.invalid` when `verified` is set without a key.
 */
export function signerFor(
  environment: Environment,
  { commits: { verified, signing }, programs, gitdir }: SigningSettings,
): Signer | undefined {
  if (signing === undefined) {
    if (!verified) return undefined
    throw stop('settings.invalid', 'commits that are pushed cannot be verified without a signing key', {
      hint: 'Add deliver.commits.signing, or remove deliver.remote: then GitHub makes and signs the commits.',
    })
  }
  const { format, keyFile, keyEnv, passphraseEnv } = signing
  const { env } = environment
  const key =
    keyFile === undefined
      ? secretFrom(env, keyEnv, 'Signing commits')
      : secretFile(environment, keyFile, 'deliver.commits.signing.keyFile')
  const passphrase =
    passphraseEnv === undefined ? undefined : secretFrom(env, passphraseEnv, 'Unlocking the key')
  return createSigner(
    { format, key, passphrase },
    createPrograms(programs, env['PATH'] ?? '', dirname(gitdir)),
  )
}

/** Throws `settings.invalid` when settings name a signing key but the forge makes the commits, which cannot use it. */
export function refuseSigning({ signing }: CommitSettings): void {
  if (signing === undefined) return
  throw stop('settings.invalid', 'deliver.commits.signing signs pushed commits, but nothing is pushed', {
    hint: 'Set deliver.remote, or use deliver.commits.verified alone: GitHub signs the commits that its API makes.',
  })
}
