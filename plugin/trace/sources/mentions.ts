/**
 * A test of whether a text may contain the path of one of the given files or of a directory above it, as objects that
 * declare sources do. A text whose paths are templates, or the root of the repository, always passes.
 */
export function mentions(files: readonly string[]): (text: string) => boolean {
  const names = new Set(files.flatMap(withParents))
  const isKnown = (word: string): boolean => names.has(word.replace(/^(\.\/)+/, '').replace(/\/+$/, ''))
  return (text) => {
    if (/(path|chart): .*\{\{|path: *["']?\.?\/?["']? *$/m.test(text)) return true
    const named = [...text.matchAll(/\b(?:path|chart): *["']?([^\s"'#]+)/g)].map(([, word = '']) => word)
    // A single word may mean anything; a word with a slash is a path.
    const paths = text.match(/[\w.][\w.-]*\/[\w./-]*/g) ?? []
    return [...named, ...paths].some(isKnown)
  }
}

function withParents(file: string): readonly string[] {
  const steps = file.split('/')
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}
