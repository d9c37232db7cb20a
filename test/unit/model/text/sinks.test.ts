import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BranchWriter, Forge } from '../../../../plugin/deliver/forges/forge.ts'
import { runner } from '../../../../plugin/hosts/action/runner.ts'
import { Refused } from '../../../../plugin/hosts/cli/exit-error.ts'
import { createLog } from '../../../../plugin/hosts/daemon/log.ts'
import type { Pages } from '../../../../plugin/hosts/daemon/server.ts'
import { type Html, html } from '../../../../plugin/model/text/html.ts'
import type { LogLine } from '../../../../plugin/model/text/log.ts'
import { markdown } from '../../../../plugin/model/text/markdown.ts'
import { type Terminal, terminal } from '../../../../plugin/model/text/terminal.ts'
import type { Host } from '../../../../plugin/run/host.ts'

/** Every call here is an error of the compiler, and `tsc` reports those that are none. Nothing of it is run. */
async function refusedByTheCompiler(
  { stdout, stderr }: Host,
  forge: Forge,
  { writeCommit }: BranchWriter,
  { text, page }: { readonly text: string; readonly page: Html },
): Promise<void> {
  // @ts-expect-error a plain string
  stdout(text)
  // @ts-expect-error a string in our own code
  stdout('Nothing to change.\n')
  // @ts-expect-error text of another medium
  stdout(page)
  // @ts-expect-error a plain string
  stderr(text)
  // @ts-expect-error text of another medium
  stderr(markdown`x`)
  // @ts-expect-error a plain string
  runner.info(text)
  // @ts-expect-error a plain string
  runner.notice(text)
  // @ts-expect-error a plain string as title
  runner.notice(terminal`x`, { title: text })
  // @ts-expect-error a plain string
  runner.warning(text)
  // @ts-expect-error a plain string
  runner.error(text)
  // @ts-expect-error a plain string
  runner.failed(text)
  // @ts-expect-error a plain string
  runner.output('branch', text)
  // @ts-expect-error a plain string
  await runner.summary(text)
  // @ts-expect-error text of another medium
  await runner.summary(terminal`x`)
  const [title, body] = [text, text]
  // @ts-expect-error plain strings
  await forge.open({ branch: text, base: text, title, body })
  // @ts-expect-error a plain string
  await forge.update(1, { title })
  // @ts-expect-error a plain string
  await forge.update(1, { body })
  // @ts-expect-error a plain string
  await forge.comment(1, body)
  // @ts-expect-error plain strings
  await forge.writeIssue({ title, body }, undefined)
  // @ts-expect-error a plain string as description
  await forge.check(text, [{ context: text, state: 'success', description: text }])
  // @ts-expect-error a plain string
  await writeCommit({ base: text, tree: text }, text)
  // @ts-expect-error a plain string
  throw new Refused(text)
}

/** The same for what is handed on by a function, and for the writers themselves. */
function refusedToo(text: string, page: Html, line: LogLine): readonly unknown[] {
  const [writePage, now] = [(written: Html) => written, () => new Date()]
  return [
    // @ts-expect-error the log is written in lines of its own writer
    createLog(writePage, now),
    // @ts-expect-error a page from a plain string
    { report: () => text } satisfies Pick<Pages, 'report'>,
    // @ts-expect-error a plain string
    { metrics: () => text } satisfies Pick<Pages, 'metrics'>,
    // @ts-expect-error a plain string
    { reportJson: () => text } satisfies Pick<Pages, 'reportJson'>,
    // @ts-expect-error text of another medium is escaped by no writer: it is a mistake
    terminal`${page}`,
    // @ts-expect-error text of another medium
    html`${terminal`x`}`,
    // @ts-expect-error text of another medium
    markdown`${line}`,
    // @ts-expect-error a separator that is not in our own code
    terminal.join(['a', 'b'], text),
    // @ts-expect-error an object that no writer made
    { length: 1, toString: () => text } satisfies Terminal,
  ]
}

const project = join(import.meta.dirname, '../../../..')
const sources = ['plugin', 'renderers', 'config'].flatMap((room) =>
  readdirSync(join(project, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${room}/${file}`),
)
const usersOf = (pattern: RegExp): readonly string[] =>
  sources.filter((file) => pattern.test(readFileSync(join(project, file), 'utf8'))).sort()

describe('a plain string', () => {
  it('compiles in the place of a text in no sink', () => {
    expect([refusedByTheCompiler, refusedToo].map((one) => typeof one)).toEqual(['function', 'function'])
  })
})

describe('the ways around the writers', () => {
  it.each([
    [
      'the streams of the process',
      /process\.(stdout|stderr)\b/,
      ['plugin/hosts/cli/main.ts', 'plugin/hosts/cli/start.ts'],
    ],
    ['the console', /\bconsole\.\w/, []],
    [
      "the runner's library",
      /\bcore\.(?!getInput|getBooleanInput)\w+\(|core\.summary/,
      ['plugin/hosts/action/runner.ts'],
    ],
    [
      'text that is made without a writer',
      /\bmadeText\(/,
      ['data', 'html', 'inert', 'log', 'markdown', 'terminal', 'text'].map(
        (name) => `plugin/model/text/${name}.ts`,
      ),
    ],
    [
      'data as it is',
      /\bverbatim\(/,
      [
        'plugin/hosts/cli/completion/completion.ts',
        'plugin/hosts/cli/render.ts',
        'plugin/hosts/daemon/metrics.ts',
      ],
    ],
    [
      'a body that the forge shows already',
      /\bshownBody\(/,
      ['plugin/deliver/record/hidden-block.ts', 'plugin/run/notify/sent-record.ts'],
    ],
    [
      "a program's own words",
      /\bstderr\b.*(?:outcome|Outcome)|outcome\.stderr|\breportFailure\(/,
      [
        'plugin/io/confined.ts',
        'plugin/io/process.ts',
        'plugin/io/signing.ts',
        'renderers/failure/describe-failure.ts',
      ],
    ],
  ])('%s: used where it is meant, and nowhere else', (_, pattern, files) => {
    expect(usersOf(pattern)).toEqual(files)
  })

  it('a file of a room other than the writers imports no part of them that makes text', () => {
    expect(
      usersOf(/\b(madeText|createWriter)\b/).filter((file) => !file.startsWith('plugin/model/text/')),
    ).toEqual([])
  })
})
