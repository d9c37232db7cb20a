import type { SyntaxNode } from '@lezer/common'
import { parser } from '@prometheus-io/lezer-promql'
import { labelMatchers } from './selector.ts'

/** What the placeholders of a query of owners are replaced with. */
export interface SignalSubject {
  readonly namespace: string
  readonly workload: string
  readonly kind: string
  readonly cluster: string
}

const placeholders: readonly string[] = ['$namespace', '$workload', '$kind', '$cluster']
const placeholder = /\$(namespace|workload|kind|cluster)\b/g
/** Labels that name the namespace of a workload, with the value that keeps a query from reading other namespaces. */
const namespaceLabel = /(?:^|_)namespace(?:_name)?$/
const ownNamespace = /^\s*=\s*(["'`])\$namespace\1$/

function nodesNamed(query: string, name: string): readonly SyntaxNode[] {
  const found: SyntaxNode[] = []
  parser.parse(query).iterate({
    enter: ({ node }) => {
      if (node.name === name) found.push(node)
    },
  })
  return found
}

/** Where the text is no PromQL, as an index; `undefined` where it is. */
function syntaxError(query: string): number | undefined {
  let at: number | undefined
  parser.parse(query).iterate({
    enter: ({ type, from }) => {
      if (type.isError) at ??= from
    },
  })
  return at
}

/** Why a query of owners cannot be used, as a clause; `undefined` where it can. */
export function signalProblem(query: string): string | undefined {
  // What Prometheus ends at another character than this grammar, it reads otherwise.
  if (/[^\t\n\x20-\x7e]/.test(query) || nodesNamed(query, 'LineComment').length > 0)
    return 'has a comment, or a character that is not printable ASCII'
  const error = syntaxError(query)
  if (error !== undefined) return `is not PromQL at character ${error + 1}`
  const unknown = nodesNamed(query, 'StringLiteral')
    .flatMap(({ from, to }) => query.slice(from, to).match(/\$\w+/g) ?? [])
    .find((name) => !placeholders.includes(name))
  if (unknown !== undefined) return `has the unknown placeholder ${unknown}`
  const selectors = nodesNamed(query, 'VectorSelector')
  if (selectors.length === 0) return 'has no selector of a metric'
  const open = selectors.find((selector) => !isOwn(query, selector))
  return open && `reads other namespaces: ${query.slice(open.from, open.to)}`
}

const isOwn = (query: string, selector: SyntaxNode): boolean =>
  (selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).some((matcher) => {
    const name = matcher.getChild('LabelName')
    if (name === null || !namespaceLabel.test(query.slice(name.from, name.to))) return false
    return ownNamespace.test(query.slice(name.to, matcher.to))
  })

/**
 * The query for one workload, with the labels that select its cluster on a shared server in each selector. The query has no
 * `signalProblem`; names of the subject are those of Kubernetes objects.
 */
export function fillQuery(
  query: string,
  subject: SignalSubject,
  labels: Readonly<Record<string, string>>,
): string {
  const matchers = labelMatchers(labels)
  const edits = [
    ...nodesNamed(query, 'StringLiteral').map(({ from, to, parent }) => ({
      from,
      to,
      text: filled(query.slice(from, to), subject, isRegex(parent)),
    })),
    ...(matchers.length === 0 ? [] : nodesNamed(query, 'LabelMatchers')).map(({ from }) => ({
      from: from + 1,
      to: from + 1,
      text: `${matchers.join(',')},`,
    })),
  ].sort((one, other) => other.from - one.from)
  return edits.reduce((text, { from, to, text: own }) => text.slice(0, from) + own + text.slice(to), query)
}

const isRegex = (matcher: SyntaxNode | null): boolean => {
  const operator = matcher?.getChild('MatchOp') ?? null
  return operator !== null && (operator.getChild('EqlRegex') ?? operator.getChild('NeqRegex')) !== null
}

const filled = (literal: string, subject: SignalSubject, regex: boolean): string =>
  literal.replace(placeholder, (_, name: keyof SignalSubject) => {
    const text = subject[name]
    if (!regex) return text
    // A backslash is doubled in a quoted text, and single between backticks.
    return text.replaceAll('.', literal.startsWith('`') ? '\\.' : '\\\\.')
  })
