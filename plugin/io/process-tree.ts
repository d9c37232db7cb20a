import { readdirSync, readFileSync } from 'node:fs'

const pageBytes = 4096

/** How deep and how far a tree is read: a program that starts more than this is ended for it. */
const most = 10_000

/** The ids of the processes that a process started, and of those that these started, itself first. Itself alone where `/proc` is absent. */
function treeOf(pid: number): readonly number[] {
  const found = [pid]
  for (const one of found) {
    if (found.length > most) break
    found.push(...childrenOf(one))
  }
  return found
}

/** A child is listed with the thread that started it; programs in Go start children from any thread. */
function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => startedBy(pid, thread))
  } catch {
    return []
  }
}

function startedBy(pid: number, thread: string): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  } catch {
    return []
  }
}

/** Resident memory of a process and all below it, in bytes; 0 where `/proc` is absent. */
export function residentBytesOf(pid: number): number {
  return treeOf(pid).reduce((total, one) => total + residentBytes(one), 0)
}

function residentBytes(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes
  } catch {
    return 0
  }
}

/** Ends a process, its group where it leads one, and everything that it started. */
export function killTree(pid: number): void {
  // Parents first: a parent that is gone starts no more children. A second look finds those that it had just started.
  for (let round = 0; round < 3; round += 1) {
    const tree = treeOf(pid)
    signal(-pid)
    for (const one of tree) signal(one)
    if (tree.length === 1) return
  }
}

/** Ends the processes that are left of a group whose leader has ended. */
export const killGroup = (leader: number): void => signal(-leader)

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already, or leads no group.
  }
}
