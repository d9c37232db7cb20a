/**
 * A test whether a text may name one of the given files or a directory above it, as the objects do that describe
 * roll-outs. Where names are made up (templates, generators, paths relative to the file), the answer is yes.
 */
export function mentions(files: readonly string[]): (text: string) => boolean {
  const names = new Set(files.flatMap(withParents))
  const fits = (word: string): boolean => names.has(word.replace(/^(\.\/)+/, '').replace(/\/+$/, ''))
  return (text) => {
    if (/(path|chart): .*\{\{|kind: *["']?ApplicationSet|^releases:|path: *["']?\.?\/?["']? *$/m.test(text))
      return true
    const named = [...text.matchAll(/\b(?:path|chart): *["']?([^\s"'#]+)/g)].map(([, word = '']) => word)
    // A single word may mean anything; one with a slash is a path.
    const paths = text.match(/[\w.][\w.-]*\/[\w./-]*/g) ?? []
    return [...named, ...paths].some(fits)
  }
}

function withParents(file: string): readonly string[] {
  const steps = file.split('/')
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}
