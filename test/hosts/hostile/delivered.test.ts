import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GitServer, startGitServer } from '../../lab/git-server.ts'
import { git } from '../program.ts'
import { manifest, openTextGround, plainNames, settingsWith, usageOf } from './text-ground.ts'

const ground = openTextGround()
let server: GitServer
beforeAll(async () => {
  server = await startGitServer(ground.root)
})
afterAll(async () => {
  await server.close()
})

/** Every hook of Git: https://git-scm.com/docs/githooks */
const hooks =
  'applypatch-msg pre-applypatch post-applypatch pre-commit pre-merge-commit prepare-commit-msg commit-msg post-commit pre-rebase post-checkout post-merge pre-push pre-receive update proc-receive post-receive post-update reference-transaction push-to-checkout pre-auto-gc post-rewrite sendemail-validate fsmonitor-watchman post-index-change'.split(
    ' ',
  )

/** What is added to `.git/config` and `.gitattributes`; EVIL is a program that leaves a mark. */
interface Trap {
  readonly config?: string
  readonly attributes?: string
  readonly included?: string
}

const traps: Readonly<Record<string, Trap>> = {
  'hooks of every kind': {},
  'a directory of hooks elsewhere': { config: '[core]\nhooksPath = HERE/.git/hooks\n' },
  'a filter that cleans and smudges': {
    config:
      '[filter "x"]\nclean = EVIL\nsmudge = EVIL\nprocess = EVIL\nrequired = true\n[diff "x"]\ncommand = EVIL\ntextconv = EVIL\n[merge "x"]\ndriver = EVIL\n',
    attributes: '* filter=x diff=x merge=x\n',
  },
  'a monitor of files': { config: '[core]\nfsmonitor = EVIL\nuntrackedCache = true\n' },
  'programs for the network and for keys': {
    config:
      '[core]\nsshCommand = EVIL\ngitProxy = EVIL\naskPass = EVIL\n[credential]\nhelper = !EVIL\n[remote "origin"]\nurl = ext::EVIL\nuploadpack = EVIL\nreceivepack = EVIL\n[protocol "ext"]\nallow = always\n',
  },
  'programs for signatures, editors and pages': {
    config:
      '[gpg]\nprogram = EVIL\n[commit]\ngpgSign = true\n[user]\nsigningKey = x\n[core]\neditor = EVIL\npager = EVIL\n[sequence]\neditor = EVIL\n',
  },
  'aliases of commands': {
    config: '[alias]\nadd = !EVIL\ncommit = !EVIL\npush = !EVIL\nlog = !EVIL\nstatus = !EVIL\n',
  },
  'settings that it includes': {
    config: '[include]\npath = HERE/.git/included\n[includeIf "gitdir:/"]\npath = HERE/.git/included\n',
    included: '[core]\nfsmonitor = EVIL\nhooksPath = HERE/.git/hooks\n[user]\nname = Mallory\n',
  },
  'another server for every URL': {
    config:
      '[url "http://127.0.0.1:9/"]\ninsteadOf = SERVER\npushInsteadOf = SERVER\n[http]\nproxy = http://127.0.0.1:9\ncorsProxy = http://127.0.0.1:9\nextraHeader = x: y\n',
  },
}

const evil = (mark: string): string => `#!/bin/sh\necho "$0 $*" >> "${mark}"\nexit 1\n`

function lay(name: string, { config = '', attributes = '', included = '' }: Trap) {
  const files = { 'plain/web.yaml': manifest(plainNames), '.gitattributes': attributes }
  const repo = ground.lay(name, files)
  const [mark, program] = [`${repo}.mark`, join(repo, '.git/evil')]
  const filled = (text: string): string =>
    text.replaceAll('EVIL', program).replaceAll('HERE', repo).replaceAll('SERVER', server.url)
  for (const file of [program, ...hooks.map((hook) => join(repo, '.git/hooks', hook))]) {
    mkdirSync(join(repo, '.git/hooks'), { recursive: true })
    writeFileSync(file, evil(mark))
    chmodSync(file, 0o755)
  }
  writeFileSync(join(repo, '.git/included'), filled(included))
  writeFileSync(join(repo, '.git/config'), readFileSync(join(repo, '.git/config'), 'utf8') + filled(config))
  return { repo, mark }
}

describe('a checkout that is delivered into', () => {
  it('holds traps that Git itself falls into', () => {
    const { repo, mark } = lay('trapped', {})
    expect(() => git(repo, 'commit', '--quiet', '--allow-empty', '--message=x')).toThrow()
    expect(readFileSync(mark, 'utf8')).toContain('pre-commit')
  })

  it.each(Object.entries(traps))('runs nothing of %s: commit on the branch', async (name, trap) => {
    const { repo, mark } = lay(`local ${name}`, trap)
    const [settings, snapshot] = [`${repo}.settings.yaml`, `${repo}.usage.json`]
    writeFileSync(settings, settingsWith('prod', 'deliver: {mode: commit, base: main, branch: main}\n'))
    writeFileSync(snapshot, usageOf(plainNames))
    const ended = await ground.run(['run', '--repo', repo, '--settings', settings, '--snapshot', snapshot])
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(existsSync(mark)).toBe(false)
    expect(readFileSync(join(repo, 'plain/web.yaml'), 'utf8')).not.toBe(manifest(plainNames))
    expect(readFileSync(join(repo, '.git/logs/HEAD'), 'utf8')).not.toContain('Mallory')
  })

  it.each(Object.entries(traps))('runs nothing of %s: push', async (name, trap) => {
    const { repo, mark } = lay(`remote ${name}`, trap)
    const bare = `${repo.replaceAll(/.*\//g, '')}.git`
    // The clone for the server is made without the traps.
    git(ground.root, 'init', '--quiet', '--bare', '--initial-branch=main', bare)
    const clean = ground.lay(`clean ${name}`, { 'plain/web.yaml': manifest(plainNames) })
    git(clean, 'fetch', '--quiet', repo, 'main')
    git(clean, 'push', '--quiet', join(ground.root, bare), 'FETCH_HEAD:refs/heads/main')
    if (existsSync(mark)) writeFileSync(mark, '')
    const [settings, snapshot] = [`${repo}.settings.yaml`, `${repo}.usage.json`]
    const remote = `remote: {url: "${server.url}/${bare}"}`
    writeFileSync(settings, settingsWith('prod', `deliver: {mode: commit, base: main, ${remote}}\n`))
    writeFileSync(snapshot, usageOf(plainNames))
    const ended = await ground.run(['run', '--repo', repo, '--settings', settings, '--snapshot', snapshot], {
      env: { TORTOISE_GIT_TOKEN: server.token },
    })
    expect(ended, ended.stderr).toMatchObject({ status: 0 })
    expect(existsSync(mark) ? readFileSync(mark, 'utf8') : '').toBe('')
    expect(git(join(ground.root, bare), 'for-each-ref', '--format=%(refname)')).toContain('tortoise/')
  })
})
