import type { Settings } from '../../../config/schema.ts'
import type { Signer } from '../../deliver/git/objects.ts'
import { createPrograms } from '../../io/programs.ts'
import { createSigner } from '../../io/signing.ts'
import { stop } from '../../model/problem.ts'
import type { Host } from '../host.ts'
import { secretFrom } from '../read-settings.ts'
import { secretFile } from './tokens.ts'

/** What signs the commits that are made from the checkout; `undefined` where settings ask for no signature. */
export function signerFor(host: Host, { deliver, programs }: Settings): Signer | undefined {
  const { verified, signing } = deliver.commits
  if (signing === undefined) {
    if (!verified) return undefined
    throw stop('settings.invalid', 'commits made from the checkout cannot be verified without a key', {
      hint: 'Add deliver.commits.signing, or leave out deliver.remote so that GitHub makes and signs them.',
    })
  }
  const { format, keyFile, keyEnv, passphraseEnv } = signing
  const key =
    keyFile === undefined
      ? secretFrom(host, keyEnv, 'Signing commits')
      : secretFile(host, keyFile, 'deliver.commits.signing.keyFile')
  const passphrase =
    passphraseEnv === undefined ? undefined : secretFrom(host, passphraseEnv, 'Unlocking the key')
  return createSigner({ format, key, passphrase }, createPrograms(programs, host.env['PATH'] ?? ''))
}

/** Stops where a key is given for commits that the forge makes: they would go unsigned by it. */
export function refuseSigning({ deliver: { commits } }: Settings): void {
  if (commits.signing === undefined) return
  throw stop('settings.invalid', 'deliver.commits.signing signs what is pushed, and nothing is pushed', {
    hint: 'Set deliver.remote, or use deliver.commits.verified alone: GitHub signs what its API makes.',
  })
}
