import type { Outcome } from '../../plugin/io/process.ts'
import type { WorkspaceFile } from '../../plugin/io/workspace.ts'
import type { Source } from '../../plugin/model/source.ts'
import { helmFailure } from './helm.ts'
import { kustomizeFailure } from './kustomize.ts'
import { laidTree } from './laid-tree.ts'

/**
 * Why a rendering failed: what kind of failure, and where. The program's own words are left out, because a chart can make
 * them say anything and they quote values of Secrets.
 */
export function describeFailure(source: Source, outcome: Outcome, files: readonly WorkspaceFile[]): string {
  const { timedOut, tooLong, tooLarge, exitCode, stderr } = outcome
  if (timedOut) return 'the program did not finish within the time limit'
  if (tooLong) return 'the program printed more than the limit'
  if (tooLarge) return 'the program used more memory than the limit'
  const tree = laidTree(source.path, files)
  const isHelm = source.kind === 'helm'
  const known = isHelm ? helmFailure(stderr, tree) : kustomizeFailure(stderr, tree)
  if (known !== undefined) return known
  if (/^(?:bwrap|unshare|mount|mkdir|sh|env): /m.test(stderr)) return 'the sandbox could not be set up'
  return `${isHelm ? 'Helm' : 'kustomize'} ended ${exitCode === null ? 'early' : `with exit code ${exitCode}`}`
}

/** Whether kustomize refused a file because it is not below the kustomization that reads it. */
export const isOutsideRoot = ({ exitCode, stderr }: Outcome): boolean =>
  exitCode !== 0 && stderr.includes(' is not in or below ')

/** Whether a sandbox failed, and not the program in it: the next start may succeed. */
export const isOfSandbox = ({ stderr }: Pick<Outcome, 'stderr'>): boolean =>
  /^(bwrap|unshare): /m.test(stderr)
