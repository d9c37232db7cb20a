import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

/** A kind of attack: which tests are its attacks, by the start of their file and name. */
interface Kind {
  readonly title: string
  readonly tests: readonly string[]
}

const hostile = 'test/hosts/hostile'

const kinds: readonly Kind[] = [
  {
    title: 'Code and credentials of the repository',
    tests: [
      `${hostile}/paths.test.ts runs no program of a repository`,
      `${hostile}/settings.test.ts`,
      `${hostile}/settings-of-jobs.test.ts`,
      `${hostile}/environment.test.ts`,
      `${hostile}/delivered.test.ts a checkout that is delivered into runs`,
    ],
  },
  {
    title: 'Reading outside the repository',
    tests: [
      `${hostile}/paths.test.ts reads nothing outside`,
      `${hostile}/repository.test.ts`,
      `${hostile}/declared.test.ts a path or URL`,
      'test/unit/io/sandbox.test.ts',
    ],
  },
  { title: 'Network from a rendering', tests: [`${hostile}/paths.test.ts asks no server`] },
  {
    title: 'Redirects to another server',
    tests: [
      `${hostile}/redirects.test.ts`,
      'test/unit/deliver/forges/same-server.test.ts',
      'test/unit/observe/prometheus/redirect.test.ts',
    ],
  },
  { title: 'URLs of live objects', tests: [`${hostile}/discovered-urls.test.ts`] },
  {
    title: 'Deciding without push access',
    tests: [
      `${hostile}/decides.test.ts`,
      `${hostile}/forged-history.test.ts`,
      'test/hosts/action-emergency-issue.test.ts an issue with the label tortoise/emergency by',
      'test/hosts/action-emergency-issue.test.ts an issue with the label tortoise/emergency whose text',
      'test/unit/hosts/action/issue-sections.test.ts an issue with',
    ],
  },
  {
    title: 'Text and secrets in an output',
    tests: [`${hostile}/text.test.ts`, `${hostile}/text-servers.test.ts`, `${hostile}/text-hosts.test.ts`],
  },
  {
    title: 'Time, memory and disk',
    tests: [
      `${hostile}/temporary-files.test.ts`,
      `${hostile}/bounds.test.ts`,
      `${hostile}/wide-directories.test.ts`,
      `${hostile}/large-files.test.ts`,
      `${hostile}/signals.test.ts`,
      'test/unit/io/tree.test.ts listings of a tree end',
      'test/unit/io/process-tree.test.ts a program and all that it starts ends',
      'test/unit/io/process-tree.test.ts a program and all that it starts counts',
      'test/unit/model/glob.test.ts globMatcher ends soon',
      'test/unit/observe/kubernetes/list-objects.test.ts stops',
      'test/unit/observe/kubernetes/http-library.test.ts',
      'test/unit/observe/prometheus/faults.test.ts a Prometheus behind a bad connection does not hang',
      'test/unit/yaml/parse.test.ts a YAML text is read with',
    ],
  },
  { title: 'Metrics that are impossible', tests: ['test/unit/observe/prometheus/odd-numbers.test.ts'] },
]

/** Between these lines is the table. */
const marks = ['<!-- attacks: npm run attacks:write -->', '<!-- end of attacks -->'] as const

/** The names of all tests in the files of attacks, with their file, without running them. Throws for a file of attacks that no kind has. */
function listedTests(): readonly string[] {
  const files = [...new Set(kinds.flatMap(({ tests }) => tests.map((one) => one.split(' ')[0] ?? '')))]
  for (const name of readdirSync(hostile).filter((one) => one.endsWith('.test.ts')))
    if (!files.includes(`${hostile}/${name}`)) throw new Error(`no kind of attack has ${hostile}/${name}`)
  const directory = mkdtempSync(join(tmpdir(), 'tortoise-attacks-'))
  try {
    const list = join(directory, 'list.json')
    execFileSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'list', `--json=${list}`, ...files], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const found = JSON.parse(readFileSync(list, 'utf8')) as readonly { name: string; file: string }[]
    return found.map(({ name, file }) => `${relative('', file)} ${plain(name)}`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The name of an attack alone: the same attack with other programs or another sandbox is not another attack. */
const plain = (name: string): string =>
  name
    .replace(/^with the programs of '\w+' and the sandbox '\w+' > /, '')
    .replace(/^a program inside '\w+'/, 'a program in the sandbox')
    .replaceAll(' > ', ' ')
    .replaceAll("'", '')

const escaped = (text: string): string => text.replace(/[|\\`*_<>[\]]/g, '\\$&')

function section({ title, tests }: Kind, listed: readonly string[]): { count: number; text: string } {
  const found = [...new Set(listed.filter((one) => tests.some((start) => one.startsWith(start))))].sort()
  if (found.length === 0) throw new Error(`no test of the kind ${title}`)
  const rows = found.map((one) => {
    const [file = '', ...name] = one.split(' ')
    return `| ${escaped(name.join(' '))} | \`${file.replace(/^test\//, '')}\` |`
  })
  const head = `<details><summary>${title}: ${found.length}</summary>`
  return {
    count: found.length,
    text: [head, '', '| attack | test |', '|---|---|', ...rows, '', '</details>'].join('\n'),
  }
}

/** The safety page with the table of all attacks that tests make. Throws where the page has no place for it. */
export function withAttackTable(page: string): string {
  const [begin, end] = marks.map((mark) => page.indexOf(mark))
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error('no place for the attacks')
  const listed = listedTests()
  const sections = kinds.map((kind) => section(kind, listed))
  const total = sections.reduce((sum, { count }) => sum + count, 0)
  const table = [`${total} attacks, by kind:`, ...sections.map(({ text }) => text)].join('\n\n')
  return `${page.slice(0, begin)}${marks[0]}\n${table}\n${page.slice(end)}`
}
