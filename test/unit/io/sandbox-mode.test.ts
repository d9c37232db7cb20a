import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programForm } from '../../../plugin/io/program-file.ts'
import { findSandbox } from '../../../plugin/io/sandbox.ts'
import { type SandboxMode, sandboxFor } from '../../../plugin/io/sandbox-mode.ts'
import { programDirectory } from '../../lab/programs.mjs'

const root = mkdtempSync(join(tmpdir(), 'tortoise-mode-'))
const at = (name: string): string => join(root, name)
const helm = join(programDirectory('v35'), 'helm')
const script = (name: string, text: string): void => writeFileSync(at(name), text, { mode: 0o755 })
beforeAll(() => {
  script('works', '#!/bin/sh\necho v1\n')
  script('shim', `#!/bin/sh\nexec ${at('hidden')} "$@"\n`)
  script('hidden', '#!/bin/sh\necho v1\n')
  script('odd', 'no program\n')
  writeFileSync(at('short'), '\u007fELF')
  mkdirSync(at('empty'))
  copyFileSync('/bin/true', at('dynamic'))
  symlinkSync('/bin/true', at('link'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('the form of a program', () => {
  it.each([
    ['a static program', helm, 'static'],
    ['a program with an interpreter of libraries', '/bin/true', 'dynamic'],
    ['a link to one', at('link'), 'dynamic'],
    ['a script', at('works'), 'script'],
    ['a text', at('odd'), 'dynamic'],
    ['a cut file', at('short'), 'dynamic'],
  ])('%s', async (_, file, form) => {
    expect(await programForm(file)).toBe(form)
  })
})

const choice = (mode: SandboxMode, directories: readonly string[] = []) => {
  const warnings: string[] = []
  return { warnings, ...sandboxFor({ mode, directories, warn: (message) => warnings.push(message) }) }
}
const works = findSandbox('') !== undefined
if (!works) console.warn('No sandbox works on this machine; the choice of one is tested in part.')

describe('the choice of the sandbox', () => {
  it('is none where it is off, and says so', async () => {
    const { sandbox, describeSandbox } = choice('off')
    expect(await sandbox([helm])).toBeUndefined()
    expect(describeSandbox()).toBe(
      'kustomize and Helm run without a sandbox, because the setting sandbox is off',
    )
  })

  it.skipIf(!works)('is a tool for a static program, and shows it nothing of the host', async () => {
    const { sandbox, describeSandbox, warnings } = choice('required')
    const chosen = await sandbox([helm])
    const command = { directory: root, root, programs: [{ name: 'helm', file: helm }], args: [], env: {} }
    expect(chosen?.wrap(command).args).not.toContain('/usr')
    expect(describeSandbox()).toMatch(/^kustomize and Helm run in a sandbox \((bwrap|unshare)\)$/)
    expect(warnings).toEqual([])
  })

  it.skipIf(!works)(
    'shows the libraries of the host to scripts and dynamic programs that start inside',
    async () => {
      for (const file of [at('works'), '/bin/true']) {
        const { sandbox, warnings } = choice('required')
        const chosen = await sandbox([helm, file])
        const command = { directory: root, root, programs: [{ name: 'x', file }], args: [], env: {} }
        expect(chosen?.wrap(command).args).toContain('/usr')
        expect(warnings).toEqual([])
      }
    },
  )

  it.skipIf(!works)('falls back for a program that does not start inside, with one warning', async () => {
    const { sandbox, describeSandbox, warnings } = choice('preferred')
    expect(await sandbox([at('shim')])).toBeUndefined()
    expect(await sandbox([helm, at('shim')])).toBeUndefined()
    expect(await sandbox([helm])).toBeDefined()
    expect(warnings).toEqual([
      expect.stringMatching(/^rendering without a sandbox: .*shim is a script, and does not start/),
    ])
    expect(describeSandbox()).toMatch(/without a sandbox: .*shim is a script/)
  })

  it.skipIf(!works)('refuses such a program where a sandbox is required', async () => {
    await expect(choice('required').sandbox([at('shim')])).rejects.toThrow(
      /a sandbox is required .*shim is a script/,
    )
  })
})
