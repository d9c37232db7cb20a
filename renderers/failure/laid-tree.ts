import { posix } from 'node:path'
import type { WorkspaceFile } from '../../plugin/io/workspace.ts'

/**
 * The files that a program was given. A message of the program may name or quote any of them: what it
 * says is shown only as far as it is one of these names, or is in a file that describes the source.
 */
export interface LaidTree {
  /** Directory or file of the source. */
  readonly root: string
  readonly paths: readonly string[]
  /** The laid file at a path, relative to the tree or to a directory of it; `undefined` for any other text. */
  readonly file: (path: string, directory?: string) => string | undefined
  /** The file of a chart that Helm calls `<name of the chart>/<path in it>`. */
  readonly chartFile: (name: string) => string | undefined
  /** A line of a laid file, the first one being 1; empty where there is none. */
  readonly line: (file: string, line: number) => string
  /** The kustomization file of a directory. */
  readonly kustomization: (directory: string) => string | undefined
  /** Whether a plain word or path is in a kustomization or `Chart.yaml`. */
  readonly mentions: (word: string) => boolean
}

const plain = /^[\w@%+=,./:?&-]{1,200}$/
const describing = /(^|\/)(kustomization\.ya?ml|Kustomization|Chart\.yaml)$/

/** Looks up what messages name in the laid files. */
export function laidTree(root: string, files: readonly WorkspaceFile[]): LaidTree {
  const byPath = new Map(files.map((file) => [posix.normalize(file.path), file]))
  const textOf = (path: string): string => {
    const content = byPath.get(path)?.content ?? ''
    return typeof content === 'string' ? content : new TextDecoder().decode(content)
  }
  const file: LaidTree['file'] = (path, directory = '.') =>
    [path, posix.join(directory, path)].map(posix.normalize).find((one) => byPath.has(one))
  return {
    root,
    paths: [...byPath.keys()],
    file,
    chartFile: (name) => {
      const inside = name.slice(name.indexOf('/') + 1)
      return (
        file(inside, root) ??
        [...byPath.keys()].find((path) => path.endsWith(`/${name}`)) ??
        [...byPath.keys()].find((path) => path.endsWith(`/${inside}`))
      )
    },
    line: (path, line) => textOf(path).split('\n')[line - 1] ?? '',
    kustomization: (directory) =>
      ['kustomization.yaml', 'kustomization.yml', 'Kustomization']
        .map((name) => posix.join(directory, name))
        .find((path) => byPath.has(path)),
    mentions: (word) =>
      plain.test(word) &&
      [...byPath.keys()].some((path) => describing.test(path) && textOf(path).includes(word)),
  }
}

/** A message that a rule recognised. */
export interface Recognised {
  readonly said: string
  /** What the groups of the rule's pattern matched; empty for a group that took no part. */
  readonly groups: readonly string[]
  readonly tree: LaidTree
}

/** A way to recognise a message, and what is said of it. `undefined` when it is something else after all. */
export interface FailureRule {
  readonly pattern: RegExp
  readonly text: (found: Recognised) => string | undefined
}

/** What the first rule says that recognises a message. */
export function firstRule(rules: readonly FailureRule[], said: string, tree: LaidTree): string | undefined {
  for (const { pattern, text } of rules) {
    const match = pattern.exec(said)
    if (match === null) continue
    const known = text({ said, groups: match.slice(1).map((one) => one ?? ''), tree })
    if (known !== undefined) return known
  }
  return undefined
}
