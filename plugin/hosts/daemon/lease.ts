import type { Log } from './log.ts'

/** What a Lease says. */
export interface Lease {
  readonly holder: string
  /** When it was renewed: only that it changes is looked at. */
  readonly renewed: string
  readonly seconds: number
  /** The version read; a write on another one is refused. */
  readonly version?: string
}

/** The Lease on the server. `write` is false when somebody else wrote meanwhile. */
export interface LeaseStore {
  readonly read: () => Promise<Lease | undefined>
  readonly write: (lease: Lease) => Promise<boolean>
}

/** What taking part in an election needs. */
export interface ElectionPorts {
  readonly store: LeaseStore
  readonly log: Log
  readonly now: () => Date
  readonly changed: (leading: boolean) => void
}

/** Takes part until it is stopped; then it gives the Lease up, so that another need not wait. */
export interface Election {
  readonly leading: () => boolean
  readonly stop: () => Promise<void>
}

interface Candidate {
  readonly identity: string
  readonly seconds: number
}

/**
 * Elects one of several replicas by a Lease, as client-go does: who holds it renews it three times within its length,
 * and who cannot renew it stops leading before another may take it. A holder's silence is measured by our own clock
 * from when its last renewal was seen, never by its words: clocks differ.
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
      log('info', next ? 'leading' : 'not leading', { identity })
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
      log('warn', 'the Lease cannot be renewed', {
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
