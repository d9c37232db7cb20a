import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settingNames } from '../../../config/find-settings.ts'
import { combineSettings } from '../../../config/load.ts'
import { isOperatorSetting } from '../../../config/setting-kinds.ts'
import { ExpectedStop } from '../../../plugin/model/problem.ts'

/** The problems of settings of a repository, merged with operator settings. */
function problemsOf(repository: string, operator = '') {
  try {
    combineSettings({
      main: { file: 'tortoise.yaml', text: repository },
      isReviewed: true,
      operator: { file: 'operator.yaml', text: operator },
    })
  } catch (error) {
    if (error instanceof ExpectedStop) return error.problems
    throw error
  }
  return []
}

describe('a setting in the wrong file', () => {
  it.each([
    ['deliver: {pullRequests: {dashboard: true}}', 'deliver.pullRequests'],
    ['deliver: {graduate: {}}', 'deliver.graduate'],
    ['health: {}', 'health'],
    ['events: []', 'events'],
  ])('%s of the operator settings belongs into tortoise.yaml', (text, name) => {
    expect(problemsOf('', text)).toMatchObject([
      {
        message: `${name} is a repository setting`,
        hint: 'Put it into tortoise.yaml of the repository.',
        place: { file: 'operator.yaml' },
      },
    ])
  })

  it.each(['discover: {}', 'allow: []', 'repositories: []', 'dashboard: {}'])(
    '%s of a repository belongs into the operator settings',
    (text) => {
      expect(problemsOf(text)).toMatchObject([
        {
          message: `${text.split(':')[0]} is an operator setting`,
          hint: expect.stringContaining('Put it into the operator settings.'),
          place: { file: 'tortoise.yaml', line: 1 },
        },
      ])
    },
  )
})

/** The repository settings that a row of the docs names: `of \`serve\`: all but \`x\`` is all others in that group. */
function namedIn(row: string): readonly string[] {
  return row.split(';').flatMap((part) => {
    const [, group, rest = part] = /^ ?of `([\w[\]]+)`: (.*)$/.exec(part.trim()) ?? []
    const listed = [...rest.matchAll(/`([\w.[\]]+)`/g)].map(([, name = '']) => name)
    const prefix = group === undefined ? '' : `${group.replaceAll('[]', '')}.`
    if (!rest.startsWith('all but')) return listed.map((name) => `${prefix}${name}`)
    const inGroup = settingNames().filter(
      (name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('.'),
    )
    return inGroup.filter((name) => !listed.includes(name.slice(prefix.length)))
  })
}

describe('the table of kinds in docs/operator-settings.md', () => {
  it('has every repository setting, and no other', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/operator-settings.md'), 'utf8')
    const row = /^\| repository \| (.*) \|$/m.exec(page)?.[1] ?? ''
    const parentOf = (name: string): string => name.split('.').slice(0, -1).join('.')
    const topmost = settingNames().filter(
      (name) =>
        name !== '$schema' &&
        !isOperatorSetting(name) &&
        (parentOf(name) === '' || isOperatorSetting(parentOf(name))),
    )
    expect([...namedIn(row)].sort()).toEqual([...topmost].sort())
  })
})
