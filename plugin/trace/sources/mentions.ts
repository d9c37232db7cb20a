/**
 * A test of whether a text may contain the path of one of the given files or of a directory above it, as objects that
 * declare sources do. A text whose paths are templates, go through a link, or are the root of the repository always passes.
 */
export function mentions(files: readonly string[], links: readonly string[] = []): (text: string) => boolean {
  const names = new Set(files.flatMap(withParents))
  const linked = new Set(links)
  // A path that goes up may begin anywhere, so that its end counts.
  const ends = new Set([...names, ...linked].flatMap(withEnds))
  const isKnown = (word: string): boolean => {
    const path = normalized(word)
    const inside = path.replace(/^(\.\.\/)+/, '')
    const known = path === inside ? names : ends
    return known.has(inside) || (linked.size > 0 && isThroughLink(inside, path === inside ? linked : ends))
  }
  return (text) => {
    if (text.split('\n').some(isOpen)) return true
    const named = [...text.matchAll(/\b(?:path|chart)["']?: *["']?([^\s"'#]+)/g)].map(([, word = '']) => word)
    // A single word may mean anything; a word with a slash is a path.
    // Each run of characters is tried from its start alone, which is linear.
    const runs = text.match(/(?<![\w.$-])\$?[\w.-]+\/[\w./-]*/g) ?? []
    // `$values/envs/prod.yaml` is a path in the source that another one calls `values`.
    const paths = runs.map((run) => run.replace(/^(-+|\$[\w.-]+\/)/, ''))
    return [...named, ...paths].some(isKnown)
  }
}

/** Whether a line has a path that is a template, or the root of the repository. In time linear in its length. */
function isOpen(line: string): boolean {
  const key = line.search(/(?:path|chart): /)
  if (key >= 0 && line.includes('{{', key)) return true
  const last = line.lastIndexOf('path:')
  return last >= 0 && /^["']?\.?\/?["']?$/.test(line.slice(last + 'path:'.length).trim())
}

const deepestLink = 64

/** Whether a path is or passes through a link. One that is deeper than any real one counts as such. */
function isThroughLink(path: string, links: ReadonlySet<string>): boolean {
  const steps = path.split('/')
  if (steps.length > deepestLink) return true
  return steps.some((_, index) => links.has(steps.slice(0, index + 1).join('/')))
}

/** A path without what changes nothing in it; what goes up is kept at its start. */
function normalized(path: string): string {
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop()
    else steps.push(step)
  }
  return steps.join('/')
}

function withEnds(path: string): readonly string[] {
  const steps = path.split('/')
  return steps.map((_, index) => steps.slice(index).join('/'))
}

function withParents(file: string): readonly string[] {
  const steps = file.split('/')
  return steps.map((_, index) => steps.slice(0, index + 1).join('/'))
}
