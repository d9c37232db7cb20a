import { ExpectedStop, stop } from '../model/problem.ts'

/** What an error code of the operating system means to a person, and what helps. Codes that are missing are bugs of ours. */
const meanings: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: [
    'no space is left on its device',
    'Free some space, or set TMPDIR to a directory on a larger device.',
  ],
  EDQUOT: ['the disk quota is used up', 'Free some space, or set TMPDIR to a directory with room.'],
  EROFS: ['its file system is read-only', 'Mount a writable directory there, or set TMPDIR to one.'],
  EACCES: ['this user may not use it', 'Change its permissions, or set TMPDIR to a directory of this user.'],
  EPERM: ['this user may not use it', 'Change its permissions, or set TMPDIR to a directory of this user.'],
  EMFILE: ['this process has too many open files', 'Raise the limit of open files (ulimit -n).'],
  ENFILE: ['this machine has too many open files', 'Raise the limit of open files of the machine.'],
}

/**
 * The expected stop for an error of the file system that the machine causes, such as a full disk, with the path in it;
 * the error itself otherwise. `what` says what the path is for.
 */
export function asExpected(error: unknown, what = 'the file or directory'): unknown {
  if (error instanceof ExpectedStop || !(error instanceof Error) || !('code' in error)) return error
  const [why, hint] = meanings[String(error.code)] ?? []
  if (why === undefined || hint === undefined) return error
  const path = 'path' in error && typeof error.path === 'string' ? ` ${error.path}` : ''
  return stop('files.unusable', `${what}${path} cannot be used: ${why} (${error.code})`, {
    hint,
    cause: error,
  })
}
