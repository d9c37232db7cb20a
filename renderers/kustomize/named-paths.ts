import { posix } from 'node:path'

/** Texts with other paths than their words: escapes, configuration of plugins, charts, and letters of other scripts. */
const unclear = /\\|generators|transformers|validators|helm|[^\t\n\r -~]/i

/**
 * The paths that a kustomization may refer to, by the words of its text: more than it does refer to, but none less, where
 * every step of a path is of letters, digits and `.-_@+`. `undefined` where only parsing shows them.
 */
export function namedPaths(text: string, directory: string): readonly string[] | undefined {
  if (unclear.test(text)) return undefined
  const paths = new Set<string>()
  for (const [, before = '', word = '', after = ''] of text.matchAll(words)) {
    if (word.includes('..') && !isWholePath(word, before, after)) return undefined
    const path = posix.join(directory, word)
    if (!path.startsWith('..')) paths.add(path.endsWith('/') ? path.slice(0, -1) : path)
  }
  return [...paths]
}

const words = /(^|[^\w.@+/-])([\w.@+/-]+)(?=(.?))/gs

/**
 * Whether a word with a way up is a path as it is: ways up come first, and no other character belongs to it. The step before
 * may: in `key=../../x` it is `key=..`.
 */
function isWholePath(word: string, before: string, after: string): boolean {
  const steps = word.split('/')
  const down = steps.findIndex((step) => !['', '.', '..'].includes(step))
  const last = steps.lastIndexOf('..')
  const starts = /^[\s"'[,]?$/.test(before) || (before === '=' && last === 0)
  return starts && /^[\s"'\],#]?$/.test(after) && (down === -1 || last < down) && steps[0] !== ''
}
