import { delimiter } from 'node:path'
import { searchDirectories } from './reviewed-path.ts'

/** Environment variables by name. */
type Variables = Readonly<Record<string, string | undefined>>

/** Names of variables that may hold a secret, or lead to one. */
const secretNames =
  /^(AWS|AZURE|GOOGLE|IDENTITY|MSI)_|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|(^|_)KEY(_|$)/i

/** Names of the secrets of Tortoise itself: no library and no credential plugin gets them back. */
const ownNames = /^(TORTOISE|INPUT|ACTIONS|GITHUB|GH|GITLAB|GITEA)_/i

/** Taken variables that credential plugins and libraries of clouds may read. */
const lendable = new Map<string, string>()
let borrowers = 0

/**
 * Removes secrets from the environment of this process, and returns the environment as it was. Children that libraries
 * start do not inherit the secrets. The kernel still shows the initial environment in `/proc/PID/environ`.
 */
export function sealEnvironment(): Variables {
  const before = { ...process.env }
  for (const [name, value = ''] of Object.entries(before)) {
    if (!secretNames.test(name)) continue
    if (!ownNames.test(name)) lendable.set(name, value)
    delete process.env[name]
  }
  return before
}

/** Removes the variables that settings name for secrets, also from what is lent. */
export function hideVariables(names: readonly string[]): void {
  for (const name of names) {
    lendable.delete(name)
    delete process.env[name]
  }
}

/** Removes the directories in a repository from the search path of this process, for programs that libraries start. */
export function leaveRepositoryOffPath(repository: string): void {
  process.env['PATH'] = searchDirectories(process.env['PATH'] ?? '', repository).join(delimiter)
}

/** Calls `use` while the environment has the taken variables again, without the secrets of Tortoise itself. */
export async function withLentVariables<T>(use: () => Promise<T>): Promise<T> {
  borrowers += 1
  for (const [name, value] of lendable) process.env[name] = value
  try {
    return await use()
  } finally {
    borrowers -= 1
    if (borrowers === 0) for (const name of lendable.keys()) delete process.env[name]
  }
}
