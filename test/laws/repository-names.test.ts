import fc from 'fast-check'
import { expect, it } from 'vitest'
import { repositoryName } from '../../plugin/model/repository.ts'

const seed = 20261128
const numRuns = 2000

const step = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,8}[A-Za-z0-9]$/)
  .filter((one) => !/\.git$/i.test(one))
const host = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}\.(example|test)\.(org|com)$/)
const repository = fc.record({
  host,
  path: fc.array(step, { minLength: 1, maxLength: 3 }).filter(([first]) => first !== 'scm'),
})

/** Every spelling of a repository that Git, Argo CD and Flux accept. */
function spellings(name: string, path: readonly string[]): readonly string[] {
  const inside = path.join('/')
  const encoded = path
    .map((one) => one.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`))
    .join('/')
  return [
    ...['https', 'http', 'ssh', 'git', 'git+ssh'].flatMap((scheme) => [
      `${scheme}://${name}/${inside}`,
      `${scheme}://${name.toUpperCase()}/${inside}.git`,
      `${scheme}://me:s3cret@${name}/${inside}/`,
      `${scheme}://${name}//${inside}.git/`,
    ]),
    `https://${name}:443/${inside}`,
    `http://${name}:80/${inside}.git`,
    `git://${name}:9418/${inside}`,
    `ssh://git@${name}:2222/${inside}.git`,
    `https://${name}/${encoded}?ref=main`,
    `git@${name}:${inside}.git`,
    `${name}:${inside}`,
    `git@${name}:/${inside}`,
    `git::https://${name}/${inside}`,
    `  https://${name}/${inside}\n`,
  ]
}

it('every spelling of a repository has the same name', () => {
  fc.assert(
    fc.property(repository, ({ host: name, path }) => {
      for (const url of spellings(name, path))
        expect([url, repositoryName(url)]).toEqual([url, `${name}/${path.join('/')}`])
    }),
    { seed, numRuns },
  )
})

it('two repositories never have the same name', () => {
  fc.assert(
    fc.property(
      repository,
      repository,
      fc.nat(),
      ({ host: one, path }, { host: other, path: second }, at) => {
        fc.pre(one !== other || path.join('/') !== second.join('/'))
        const urls = [spellings(one, path), spellings(other, second)]
        const [left, right] = urls.map((all) => repositoryName(all[at % all.length] ?? ''))
        expect(left).not.toBe(right)
      },
    ),
    { seed, numRuns },
  )
})

it('a name never holds what a URL says about its user', () => {
  fc.assert(
    fc.property(
      repository,
      fc.stringMatching(/^[A-Za-z0-9:%!$&@._-]{4,20}$/),
      ({ host: name, path }, login) => {
        expect(repositoryName(`https://${login}@${name}/${path.join('/')}`)).toBe(`${name}/${path.join('/')}`)
      },
    ),
    { seed, numRuns },
  )
})

it('any text has a name or none', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      expect(typeof (repositoryName(text) ?? '')).toBe('string')
    }),
    { seed, numRuns },
  )
})
