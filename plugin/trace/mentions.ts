/**
 * A test whether a text may name one of the given files or a directory above it, as the objects do that describe
 * roll-outs. Where names are made up (templates, generators, paths relative to the file), the answer is yes.
 */
export function mentions(files: readonly string[]): (text: string) => boolean {
  const names = new Set(files.flatMap(withParents))
  return (text) => {
    if (/\{\{|kind: *["']?ApplicationSet|^releases:|path: *["']?\.?\/?["']? *$/m.test(text)) return true
    return (text.match(/[\w.][\w./-]*/g) ?? []).some((word) =>
      names.has(word.replace(/^(\.\/)+/, '').replace(/\/+$/, '')),
    )
  }
}

function withParents(file: string): readonly string[] {
  const steps = file.split('/')
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}
