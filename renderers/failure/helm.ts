import { type FailureRule, firstRule, type LaidTree, type Recognised } from './laid-tree.ts'

/** Of a message, in UTF-16 units. */
const longest = 8_000

/** What happened when `helm template` failed, without its own words; `undefined` for a message that is not known. */
export function helmFailure(stderr: string, tree: LaidTree): string | undefined {
  const start = /^Error: /m.exec(stderr)
  return start === null ? undefined : firstRule(rules, stderr.slice(start.index, start.index + longest), tree)
}

/** The template at a position that Helm prints, as `file:line`. */
function placeOf(name: string, line: string, tree: LaidTree): string {
  const file = tree.chartFile(name)
  return file === undefined ? 'a template of the chart' : `the template ${file}:${line}`
}

const codeAt = (name: string, line: string, tree: LaidTree): string => {
  const file = tree.chartFile(name)
  return file === undefined ? '' : tree.line(file, Number(line))
}

/** `fail`, or `required` with the value that is missing, as the template's own line has it. */
function assertion({ groups: [name = '', line = ''], tree }: Recognised): string {
  const place = placeOf(name, line, tree)
  const code = codeAt(name, line, tree)
  const [, before, after] =
    /([.$][\w.$]*)\s*\|\s*required\b|\brequired\s+(?:"[^"]*"|`[^`]*`|\([^)]*\))\s+([.$][\w.$]*)/.exec(code) ??
    []
  const value = before ?? after
  if (value !== undefined) return `${place} requires ${value}, which has no value`
  if (/\brequired\b/.test(code)) return `${place} requires a value that is missing`
  return /\bfail\b/.test(code) ? `${place} calls fail` : `${place} calls fail or required`
}

/** One step of a chain of templates: Helm 3 prints it on one line, Helm 4 on three. */
const step =
  /(?:template: )?([^\s:]+):(\d+):\d+(?::|\n)\s*executing "[^"\n]*" at <([^\n]*?)>:\s*([^\n]*?)(?=\s*template: [^\s:]+:\d+:\d+:|\n|$)(?:\n(?!Use )(?!\S+:\d+:\d+\n)([^\n]*))?/g

/** The innermost step, which says what really failed. */
function execution({ said, tree }: Recognised): string | undefined {
  const steps = [...said.matchAll(step)]
  const [, name = '', line = '', code = '', reason = '', more = ''] = steps.at(-1) ?? []
  if (name === '') return undefined
  const place = placeOf(name, line, tree)
  const isWritten = /^[.$][\w.$]*$/.test(code) && codeAt(name, line, tree).includes(code)
  const value = isWritten ? code : 'a value'
  if (reason.includes('nil pointer')) return `${place} reads ${value}, of which a part is not set`
  if (reason.startsWith("can't evaluate field")) return `${place} reads ${value}, which has no such field`
  if (/no template/.test(`${reason} ${more}`)) return `${place} includes a template that does not exist`
  const [, called] = /^error calling (\w+)/.exec(reason) ?? []
  return called === undefined || called === 'include'
    ? `${place} fails`
    : `${place} calls ${called} with a value that it does not accept`
}

function schema({ said, tree }: Recognised): string {
  const keys = [...said.matchAll(/^- (?:at '([\w./-]*)'|([\w.-]+|\(root\))): /gm)]
    .map(([, pointer, dotted]) => pointer?.slice(1).replaceAll('/', '.') ?? dotted ?? '')
    .map((key) => (key === '' || key === '(root)' ? 'a missing or unknown key' : key))
  const shown = [...new Set(keys)].slice(0, 3).join(', ')
  return `the schema of the chart ${tree.root} refuses its values${shown === '' ? '' : `: ${shown}`}`
}

/** Of the names of dependencies those that `Chart.yaml` has. */
function dependencies({ groups: [list = ''], tree }: Recognised): string {
  const names = list.split(', ').filter((name) => tree.mentions(name))
  return `a dependency of the chart is missing in charts/${names.length === 0 ? '' : `: ${names.join(', ')}`}`
}

const plainly =
  (text: string): FailureRule['text'] =>
  () =>
    text

const rules: readonly FailureRule[] = [
  { pattern: /^Error: execution error at \(([^()\s]+):(\d+):\d+\)/, text: assertion },
  {
    pattern: /^Error: parse error at \(([^()\s]+):(\d+)\): (function)?/,
    text: ({ groups: [name = '', line = '', unknown = ''], tree }) =>
      unknown === ''
        ? `${placeOf(name, line, tree)} is not a valid template`
        : `${placeOf(name, line, tree)} calls a function that Helm does not know`,
  },
  {
    pattern: /^Error: YAML parse error on (\S+): .*?(?:yaml: line (\d+))?/,
    text: ({ groups: [name = ''], tree }) =>
      `${tree.chartFile(name) ?? 'a template of the chart'} renders text that is not the YAML of an object`,
  },
  { pattern: /^Error: values don't meet the specifications of the schema/, text: schema },
  { pattern: /^Error: (?:template: )?\S+:\d+:\d+(?::|\n)\s*executing /, text: execution },
  {
    pattern: /^Error: cannot load values\.yaml/,
    text: ({ said, tree: { root } }) =>
      `${root}/values.yaml ${said.includes('excessive aliasing') ? 'expands its aliases too far' : 'is not valid YAML'}`,
  },
  {
    pattern: /^Error: failed to parse (\S+): /,
    text: ({ groups: [name = ''], tree }) => {
      const file = name.includes('tortoise-values') ? undefined : tree.file(name)
      return file === undefined ? 'inline values are not valid YAML' : `${file} is not valid YAML`
    },
  },
  { pattern: /^Error: open \S+: no such file/, text: plainly('a values file does not exist') },
  {
    pattern: /^Error: chart requires kubeVersion/,
    text: plainly('the chart does not support this version of Kubernetes (setting kubeVersion)'),
  },
  { pattern: /^Error: invalid kube version/, text: plainly('kubeVersion is not a version') },
  {
    pattern: /^Error: (?:Chart\.yaml file is missing|unable to detect chart)/,
    text: plainly('the chart has no Chart.yaml'),
  },
  {
    pattern: /^Error: (?:cannot load Chart\.yaml|validation: chart\.)/,
    text: plainly('Chart.yaml of the chart is not valid'),
  },
  { pattern: /checking for chart dependencies.*missing in charts\/ directory: (.*)/i, text: dependencies },
  { pattern: /^Error: failed parsing --set/, text: plainly('a parameter of the release cannot be parsed') },
]
