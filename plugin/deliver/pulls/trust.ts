import type { Actor, Forge } from '../forges/forge.ts'

/** Whose acts on a forge count. */
export interface Trust {
  /** Whether an account may decide: a person with push access. Apps and bots may not, because others decide what they do. */
  readonly decides: (actor: Actor) => Promise<boolean>
  /** Whether what an account wrote is as good as ours: it is ours, an app of the repository, or a person with push access. */
  readonly writes: (actor: Actor) => Promise<boolean>
}

/** Returns whose acts count on a forge. Asks the forge once for each account. */
export function trustOf({ mayWrite, account }: Pick<Forge, 'mayWrite' | 'account'>): Trust {
  const access = new Map<string, Promise<boolean>>()
  const hasAccess = (login: string): Promise<boolean> => {
    const known = access.get(login) ?? mayWrite(login)
    access.set(login, known)
    return known
  }
  let ours: Promise<string | undefined> | undefined
  const isOurs = async (login: string): Promise<boolean> => {
    ours ??= account()
    return (await ours) === login
  }
  return {
    decides: async ({ login, isBot }) => !isBot && login !== '' && hasAccess(login),
    writes: async ({ login, isBot }) =>
      login !== '' && (isBot || (await isOurs(login)) || (await hasAccess(login))),
  }
}
