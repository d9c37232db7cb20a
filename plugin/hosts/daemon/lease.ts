import type { Log } from './log.ts'

/** The content of a Lease. */
export interface Lease {
  readonly holder: string
  /** The time of the last renewal. Only changes of this text are used, because clocks differ. */
  readonly renewed: string
  readonly seconds: number
  /** The version that was read. A write on another version is refused. */
  readonly version?: string
}

/** The Lease on the server. `write` resolves with false when another replica wrote in the meantime. */
export interface LeaseStore {
  readonly read: () => Promise<Lease | undefined>
  readonly write: (lease: Lease) => Promise<boolean>
}

/** What an election needs. */
export interface ElectionPorts {
  readonly store: LeaseStore
  readonly log: Log
  readonly now: () => Date
  readonly changed: (leading: boolean) => void
}

/** Takes part until `stop`, which releases the Lease so that another replica can take it at once. */
export interface Election {
  readonly leading: () => boolean
  readonly stop: () => Promise<void>
}

interface Candidate {
  readonly identity: string
  readonly seconds: number
}

/**
 * Elects one of several replicas by a Lease, as client-go does. The holder renews it three times within its duration. A
 * holder that cannot renew it stops leading before another replica may take it. The age of a renewal is measured by the own
 * clock, from the moment it was read, because clocks differ.
 */
export function joinElection({ identity, seconds }: Candidate, ports: ElectionPorts): Election {
  const { store, log, now, changed } = ports
  let leading = false
  let renewed = 0
  let seen = { mark: '', at: 0 }
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  const become = (next: boolean): void => {
    if (next !== leading) {
      leading = next
      log('info', next ? 'became the leader' : 'stopped leading', { identity })
      changed(next)
    }
  }
  const isFree = (lease: Lease | undefined): boolean => {
    if (lease === undefined || lease.holder === '' || lease.holder === identity) return true
    const mark = `${lease.holder} ${lease.renewed} ${lease.version}`
    if (mark !== seen.mark) seen = { mark, at: now().getTime() }
    return now().getTime() - seen.at > lease.seconds * 1000
  }
  const attempt = async (): Promise<void> => {
    const lease = await store.read()
    if (!isFree(lease)) return become(false)
    const version = lease?.version === undefined ? {} : { version: lease.version }
    if (
      stopped ||
      !(await store.write({ holder: identity, renewed: now().toISOString(), seconds, ...version }))
    )
      return
    renewed = now().getTime()
    become(true)
  }
  const turn = async (): Promise<void> => {
    await attempt().catch((error: unknown) => {
      log('warn', 'lease not renewed', {
        error: error instanceof Error ? error.message : String(error),
      })
    })
    if (now().getTime() - renewed > (seconds * 2000) / 3) become(false)
    if (!stopped) timer = setTimeout(next, (seconds * 1000) / 3)
  }
  const next = (): void => {
    current = turn()
  }
  let current = turn()
  return {
    leading: () => leading && now().getTime() - renewed < seconds * 1000,
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await current
      if (leading) await giveUp(store, identity)
      become(false)
    },
  }
}

async function giveUp(store: LeaseStore, identity: string): Promise<void> {
  const lease = await store.read().catch(() => undefined)
  if (lease?.holder === identity) await store.write({ ...lease, holder: '' }).catch(() => false)
}
