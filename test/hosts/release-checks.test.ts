import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { releaseProblems } from '../release/checks.ts'
import { filesWithVersion, withVersion } from '../release/version-texts.ts'
import { git, read } from './program.ts'
import { clone, release, root, version, work } from './release-ground.ts'

describe('the version', () => {
  const isVersion = (word: string): boolean => word === version || word.startsWith(`${version}.t`)

  it('is written into every file that names it, and nowhere else', () => {
    const pages = git(root, 'ls-files', 'docs/start', 'config/deploy', 'README.md', 'docs/*.md')
      .trim()
      .split('\n')
    const named = pages.filter((file) =>
      read(root, file)
        .split('\n')
        .some((line) => /tortoise|newTag|^version:/i.test(line) && line.split(/[^\w.]v?|_/).some(isVersion)),
    )
    expect(named).toEqual(filesWithVersion.toSorted())
    for (const file of filesWithVersion) {
      const next = withVersion(read(root, file), '9.8.7')
      expect([file, next.includes(version)]).toEqual([file, false])
      expect(withVersion(next, version)).toBe(read(root, file))
    }
  })

  it.each(readdirSync(join(root, '.changeset')).filter((name) => name.endsWith('.md')))(
    'is raised by .changeset/%s for this package',
    (name) => {
      expect(read(root, '.changeset', name)).toMatch(
        /^---\n"gitops-tortoise": (major|minor|patch)\n---\n\n[A-Z`]/,
      )
    },
  )
})

describe('a release', () => {
  const ready = { manifest: '{"version":"1.2.0"}', changelog: '# Changelog\n\n## 1.2.0\n', changed: [] }

  it.each([
    ['nothing, when all is ready', {}, []],
    ['changes that are not committed', { changed: [' M README.md'] }, [/not committed \(1 files\)/]],
    [
      'the placeholder of the owner',
      { manifest: '{"version":"1.2.0","bugs":"https://github.com/OWNER/x"}' },
      [/package\.json has OWNER/],
    ],
    ['a version without a section', { changelog: '## 1.2.01\n' }, [/no section "## 1\.2\.0"/]],
  ])('is stopped by %s', (_name, state, says) => {
    expect(releaseProblems({ ...ready, ...state })).toEqual(says.map((one) => expect.stringMatching(one)))
  })

  it('is refused without --dry-run where it cannot be published, and builds nothing', () => {
    const out = join(work, 'refused')
    const directory = clone()
    writeFileSync(join(directory, 'note.txt'), 'not committed')
    const ended = release(directory, ['--out', out])
    expect(ended).toMatchObject({ status: 2, stdout: '' })
    expect(ended.stderr).toMatch(/^error: .*not committed/m)
    expect(readdirSync(work)).not.toContain('refused')
  })

  it('does not write into a directory with other files', () => {
    const out = mkdtempSync(join(work, 'full-'))
    writeFileSync(join(out, 'note.txt'), 'mine')
    const ended = release(root, ['--dry-run', '--out', out])
    expect(ended).toMatchObject({ status: 2 })
    expect(ended.stderr).toContain('is not empty')
    expect([readdirSync(out), read(out, 'note.txt')]).toEqual([['note.txt'], 'mine'])
  })
})
