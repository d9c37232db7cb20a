import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPrograms } from '../../../plugin/io/programs.ts'
import { ExpectedStop } from '../../../plugin/model/problem.ts'

const work = { one: '', two: '', root: '' }
beforeAll(() => {
  work.root = mkdtempSync(join(tmpdir(), 'tortoise-programs-'))
  work.one = join(work.root, 'one')
  work.two = join(work.root, 'two')
  for (const [path, mode] of [
    ['one/helm', 0o755],
    ['two/helm', 0o755],
    ['two/kubectl', 0o755],
    ['one/kubectl', 0o644],
  ] as const) {
    const file = join(work.root, path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, '#!/bin/sh\n')
    chmodSync(file, mode)
  }
  mkdirSync(join(work.one, 'kustomize'))
})
afterAll(() => rmSync(work.root, { recursive: true, force: true }))

const problemOf = async (answer: Promise<unknown>) => {
  const error: unknown = await answer.catch((reason: unknown) => reason)
  return error instanceof ExpectedStop ? error.problems[0] : error
}

describe('finding a program', () => {
  it('takes the first with its name on the search path', async () => {
    const path = [work.one, work.two].join(delimiter)
    expect(await createPrograms({}, path).find('helm')).toEqual({
      name: 'helm',
      file: join(work.one, 'helm'),
    })
    expect(await createPrograms({}, [work.two, work.one].join(delimiter)).find('helm')).toMatchObject({
      file: join(work.two, 'helm'),
    })
  })

  it('skips directories and files that are not executable', async () => {
    const path = [work.one, work.two].join(delimiter)
    expect(await createPrograms({}, path).find('kubectl')).toMatchObject({ file: join(work.two, 'kubectl') })
    expect(await createPrograms({}, path).find('kustomize', 'kubectl')).toMatchObject({ name: 'kubectl' })
  })

  it('ignores relative directories of the search path', async () => {
    expect(await problemOf(createPrograms({}, ['.', 'one', ''].join(delimiter)).find('helm'))).toMatchObject({
      code: 'program.missing',
    })
  })

  it('prefers the one in settings', async () => {
    const programs = createPrograms({ helm: join(work.two, 'helm') }, work.one)
    expect(await programs.find('helm')).toEqual({ name: 'helm', file: join(work.two, 'helm') })
  })

  it('takes the first of several names that exists', async () => {
    expect(await createPrograms({}, work.two).find('kustomize', 'kubectl', 'helm')).toMatchObject({
      name: 'kubectl',
    })
  })

  it('searches once', async () => {
    const programs = createPrograms({}, work.one)
    const first = programs.find('helm')
    const { file } = await first
    chmodSync(file, 0o644)
    expect(await programs.find('helm')).toMatchObject({ file })
    chmodSync(file, 0o755)
  })

  it('comes with the timeout of the settings', () => {
    expect(createPrograms({ timeoutSeconds: 5 }, '').timeoutMs).toBe(5000)
    expect(createPrograms({}, '')).not.toHaveProperty('timeoutMs')
  })
})

describe('a missing program', () => {
  it('is reported with the directories that were searched and how to install it', async () => {
    const problem = await problemOf(createPrograms({}, '/nowhere').find('kustomize', 'kubectl'))
    expect(problem).toMatchObject({ code: 'program.missing' })
    expect(problem).toMatchObject({ message: expect.stringMatching(/kustomize or kubectl .*\/nowhere/) })
    expect(problem).toMatchObject({ hint: expect.stringMatching(/kustomize.*https:.*kubectl.*https:/) })
    expect(await problemOf(createPrograms({}, '').find('helm'))).toMatchObject({
      message: expect.stringMatching(/helm .*empty/),
    })
    expect(await problemOf(createPrograms({}, '/nowhere').find('odd'))).toMatchObject({
      hint: expect.stringContaining('odd'),
    })
  })

  it.each(['gpg', 'ssh-keygen'])('for signing is reported as needed to sign: %s', async (name) => {
    expect(await problemOf(createPrograms({}, '/nowhere').find(name))).toMatchObject({
      message: expect.stringMatching(/sign/),
    })
  })

  it('in settings is an error even when the search path has one', async () => {
    expect(await problemOf(createPrograms({ helm: '/nowhere/helm' }, work.one).find('helm'))).toMatchObject({
      code: 'program.missing',
      message: expect.stringContaining('programs.helm in settings is /nowhere/helm'),
      hint: expect.stringContaining('programs.helm'),
    })
  })

  it('in settings is refused inside the repository', async () => {
    const inside = join(work.two, 'helm')
    expect(await problemOf(createPrograms({ helm: inside }, work.one, work.two).find('helm'))).toMatchObject({
      code: 'program.missing',
      message: expect.stringMatching(/inside the repository/),
    })
    expect(await createPrograms({ helm: inside }, work.one, work.one).find('helm')).toMatchObject({
      file: inside,
    })
  })
})
