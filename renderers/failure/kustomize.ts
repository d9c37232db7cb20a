import { posix } from 'node:path'
import { helmFailure } from './helm.ts'
import { type FailureRule, firstRule, type LaidTree, type Recognised } from './laid-tree.ts'

/** How the message begins: some builds of kubectl log it as `"command failed" err="…"`, or over several lines. */
const beginning = /^[Ee]rror: |^E\d{4} [^\n]*"command failed" err=(?:<\n ?|")/m

/** What happened when `kustomize build` failed, without its own words; `undefined` for a message that is not known. */
export function kustomizeFailure(stderr: string, tree: LaidTree): string | undefined {
  const start = beginning.exec(stderr)
  if (start === null) return undefined
  const text = stderr.slice(start.index + start[0].length, start.index + 8_000)
  const said = start[0].endsWith('"') ? text.replace(/\\n/g, '\n').replace(/\\"/g, '"') : text
  if (said.startsWith('Error: '))
    return helmFailure(said, tree) ?? 'Helm, which kustomize runs for a chart, failed'
  return firstRule(rules, said, tree)
}

/** The kustomization that a message is about: the innermost directory that it names, or that of the source. */
function kustomizationOf({ said, tree }: Pick<Recognised, 'said' | 'tree'>): string {
  const named = [...said.matchAll(/(?:accumulation of path|target for path|in directory) '([^'\n]+)'/g)]
  const directory = [tree.root, ...named.map(([, path = '']) => path)].findLast(
    (path) => tree.kustomization(path) !== undefined,
  )
  return tree.kustomization(directory ?? '.') ?? `the kustomization of ${tree.root}`
}

/** `K refers to R, which is not in the repository`: R only where a kustomization names it. */
function remote(found: Recognised): string {
  const { said, tree } = found
  const [, path = ''] = [...said.matchAll(/accumulating resources from '([^'\n]+)'/g)].at(-1) ?? []
  // An address may hold a login.
  const shown = tree.mentions(path) && !path.includes('@') ? path : 'a base'
  return `${kustomizationOf(found)} refers to ${shown}, which is not in the repository`
}

/** `K refers to F, which does not exist`: F only where a kustomization names it. */
function missing(found: Recognised): string {
  const {
    groups: [path = ''],
    tree,
  } = found
  const name = posix.basename(path)
  const shown = tree.mentions(name) ? posix.normalize(path) : 'a file'
  return `${kustomizationOf(found)} refers to ${shown}, which does not exist`
}

/** `Kind/name` of the id of an object, such as `Deployment.v1.apps/web.[noNs]`. */
function objectIn(text: string): string {
  const [, kind, name] =
    /([A-Z][A-Za-z]{0,62})\.[^/\s"]*\/([a-z0-9][a-z0-9.-]*?)\.(?:\[noNs\]|[a-z0-9-]+)/.exec(text) ?? []
  return kind === undefined || name === undefined ? 'an object' : `${kind}/${name}`
}

/** A manifest that a message names relative to its kustomization. */
function manifestIn(name: string, found: Recognised): string {
  const { tree } = found
  const directory = posix.dirname(kustomizationOf(found))
  return tree.file(name, directory) ?? tree.file(name, tree.root) ?? 'a manifest'
}

/** kustomize names the two lines and not the file: it is the one that has the key in both. */
function duplicateKey({ groups: [line = '', key = '', first = ''], tree }: Recognised): string {
  const hasKey = (path: string, at: string): boolean =>
    tree
      .line(path, Number(at))
      .replace(/^\s*(?:- )?["']?/, '')
      .startsWith(key)
  const file = tree.paths.find((path) => hasKey(path, line) && hasKey(path, first))
  return `${file === undefined ? 'a manifest' : `${file}:${line}`} has a key that is already defined`
}

const about =
  (what: string): FailureRule['text'] =>
  (found) =>
    `${kustomizationOf(found)} ${what}`

const rules: readonly FailureRule[] = [
  {
    pattern: /^invalid Kustomization: json: unknown field "([^"\n]*)"/,
    text: (found) => {
      const [key = ''] = found.groups
      const shown = /^[A-Za-z]{1,40}$/.test(key) && found.tree.mentions(key) ? `the field ${key}` : 'a field'
      return `${kustomizationOf(found)} has ${shown}, which kustomize does not know`
    },
  },
  {
    pattern: /^.*invalid Kustomization: json: cannot unmarshal \w+ into Go struct field ([\w.]+) of type/,
    text: (found) => {
      const path = (found.groups[0] ?? '').split('.').filter((one) => /^[a-z]/.test(one))
      return `${kustomizationOf(found)} has a value of the wrong type at ${path.join('.')}`
    },
  },
  { pattern: /invalid Kustomization/, text: about('is not valid YAML') },
  {
    pattern: /MalformedYAMLError: yaml: (?:line (\d+): )?.* in File: (\S+)/,
    text: (found) => {
      const [line = '', name = ''] = found.groups
      return `${manifestIn(name, found)}${line === '' ? '' : `:${line}`} is not valid YAML`
    },
  },
  {
    pattern: /already registered id: (\S+)/,
    text: (found) => `${kustomizationOf(found)} contains ${objectIn(found.groups[0] ?? '')} twice`,
  },
  {
    pattern: /accumulating resources from '([^'\n]+)': missing (kind|metadata\.name) in object/,
    text: (found) =>
      `${manifestIn(found.groups[0] ?? '', found)} has an object without ${found.groups[1] ?? ''}`,
  },
  { pattern: /line (\d+): mapping key "([^"\n]*)" already defined at line (\d+)/, text: duplicateKey },
  { pattern: /cycle detected/, text: about('is part of a circle of kustomizations') },
  {
    pattern: /no (?:resource )?matches (?:strategic merge patch "|for Id )([^";\n]+)/,
    text: (found) =>
      `${kustomizationOf(found)} has a patch of ${objectIn(found.groups[0] ?? '')}, which it does not contain`,
  },
  {
    pattern: /unable to parse SM or JSON patch from \[(?:path: "([^"\n]+)")?/,
    text: (found) =>
      found.groups[0] === ''
        ? `${kustomizationOf(found)} has an inline patch that is neither a merge patch nor a JSON patch`
        : `${manifestIn(found.groups[0] ?? '', found)} is neither a merge patch nor a JSON patch`,
  },
  {
    pattern: /operation does not apply|doc is missing path/,
    text: about('has a JSON patch of a path that its object does not have'),
  },
  {
    pattern: /loading KV pairs: literal source/,
    text: about('has a generator with a literal that is not key=value'),
  },
  { pattern: /illegally repeats the key/, text: about('has a generator with a key that is given twice') },
  { pattern: /no 'git' program|git (?:fetch|cmd)|: Get "|dial tcp/, text: remote },
  {
    pattern: /(?:evalsymlink failure on|lstat|open|stat) '?([^\s':]+)'?\s?:[^\n]*no such file or directory/,
    text: missing,
  },
  {
    pattern: /loading KV pairs: env source/,
    text: about('has a generator with a file of variables that is not valid'),
  },
  { pattern: /loading KV pairs/, text: about('has a generator that cannot be read') },
  {
    pattern: /missing for replacement source/,
    text: about('has a replacement of a field that its source does not have'),
  },
  {
    pattern: /nothing selected by|multiple matches for|unable to find field|replacement target/,
    text: about('has a replacement that does not fit its source or target'),
  },
  {
    pattern: /external plugins disabled|plugin/,
    text: about('uses a plugin or a function, which Tortoise does not run'),
  },
  {
    pattern: /expected kind 'Component'/,
    text: about('uses a kustomization as a component that is not one'),
  },
  { pattern: /kustomization\.yaml is empty/, text: about('is empty') },
  {
    pattern: /unable to find one of 'kustomization\.yaml'/,
    text: about('refers to a directory without a kustomization'),
  },
  { pattern: /Found multiple kustomization files/, text: about('has another kustomization file beside it') },
  {
    pattern: /does not match a config with the following GVK/,
    text: about('has an entry of replicas for a name that it does not contain'),
  },
  {
    pattern: /cannot merge or replace/,
    text: about('has a generator that merges into an object that does not exist'),
  },
  {
    pattern: /not in or below|security; file/,
    text: about('refers to a file outside its directory (see sources[].loadRestrictor)'),
  },
]
