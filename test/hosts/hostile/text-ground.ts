import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { printSnapshot } from '../../../plugin/observe/snapshot.ts'
import { alive } from '../../lab/alive.ts'
import { acts, commands } from '../../lab/inert.ts'
import { programDirectory } from '../../lab/programs.mjs'
import { observationsFor } from '../../unit/report/pull-requests.ts'
import { beginRepository, type Ended, tortoise, writeFiles } from '../program.ts'

/** The value of a Secret: no output may hold it. */
export const canary = 'hunter2-canary'

/**
 * A name with everything that an output could act on: colours, a title of the window, the CSI of C1, a bell, a backspace,
 * directions, invisible characters, line ends before commands of runners, mentions, references, elements and links.
 */
export const poison =
  'x\u001b[31m\u001b]0;pwn\u0007\u009b2J\r\b\u202e\u2066\u200b\ufeff\nINJECTED\n::error::INJECTED\n::stop-commands::INJECTED\n##[error]INJECTED\n@octocat fixes #1 GH-2 <img src=x onerror=alert(1)></details> [a](https://evil.example) `code` | b'

/** The same as a name of a file, in which `/` cannot be. */
export const poisonPath = `${poison.replace('</details>', '').replace('https://evil.example', 'evil.example').slice(0, 200)}.yaml`

/** A name for YAML and JSON, in quotes, all of it escaped. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** The names of a workload. */
export interface Names {
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly container: string
}

export const plainNames: Names = { kind: 'Deployment', namespace: 'shop', name: 'web', container: 'app' }

/** A manifest with any names. */
export const manifest = ({ kind, namespace, name, container }: Names, cpu = '1'): string =>
  `apiVersion: apps/v1
kind: ${quoted(kind)}
metadata: {name: ${quoted(name)}, namespace: ${quoted(namespace)}}
spec:
  template:
    spec:
      containers:
        - name: ${quoted(container)}
          resources: {requests: {cpu: ${cpu}}}
`

/** A recorded snapshot in which a workload uses much less than it requests. */
export const usageOf = ({ container, ...named }: Names, cluster = 'prod'): string => {
  const workload = { apiVersion: 'apps/v1', ...named }
  const [first] = observationsFor([{ cluster, workload, container }], 100)
  const window = { from: new Date(Date.now() - 13 * 86_400_000).toISOString(), to: new Date().toISOString() }
  return printSnapshot({
    kind: 'TortoiseSnapshot',
    version: 2,
    recordedAt: '2026-03-01T00:00:00Z',
    observations: first === undefined ? [] : [{ ...first, window }],
  })
}

/** Settings with the source `plain` on the cluster `prod`. */
export const settingsWith = (cluster = 'prod', more = ''): string =>
  `sources: [{path: plain, cluster: ${quoted(cluster)}, namespace: shop}]\nclusters: [{name: ${quoted(cluster)}}]\n${more}`

/** A directory for repositories, and runs of the program in them. */
export interface TextGround {
  readonly root: string
  /** Lays out a repository with one commit. */
  readonly lay: (name: string, files: Readonly<Record<string, string>>) => string
  readonly run: (
    args: readonly string[],
    options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> },
  ) => Promise<Ended>
}

/** Opens a ground that is removed after the tests of the file. */
export function openTextGround(): TextGround {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-text-'))
  const path = [programDirectory('v35'), process.env['PATH'] ?? ''].join(delimiter)
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  return {
    root,
    lay: (name, files) => {
      const directory = join(root, name.replaceAll(/\W+/g, '-'))
      writeFiles(directory, files)
      beginRepository(directory)
      return directory
    },
    run: (args, { env = {}, ...options } = {}) => tortoise(args, { ...options, env: { PATH: path, ...env } }),
  }
}

/** Lines that a name has put at the beginning of a line, where a reader and a runner take them for ours. */
const ownLines = (text: string): readonly string[] =>
  text.split('\n').filter((line) => /^\s*(INJECTED|@octocat)/.test(line))

/** Expects that a terminal, a runner and a reader take nothing of a text for more than text. */
export function expectInert(text: string, allowed = ''): void {
  expect({
    acts: acts(allowed === '' ? text : text.replaceAll(allowed, '')),
    commands: commands(text),
    lines: ownLines(text),
  }).toEqual({
    acts: [],
    commands: [],
    lines: [],
  })
  expect(text).not.toContain(canary)
}

/** Expects the same of Markdown, and that a forge makes no element, link, mention or reference of it. */
export function expectInertMarkdown(text: string): void {
  expectInert(text, '\u200b')
  expect(alive(text)).toEqual([])
}

/** Expects that a run ended without a bug, and that both its streams are inert. */
export function expectInertRun({ status, stdout, stderr }: Ended): void {
  expect({ status, stderr }).toEqual({ status: expect.toBeOneOf([0, 1, 2]), stderr })
  expectInert(stderr)
  expectInert(stdout)
}
