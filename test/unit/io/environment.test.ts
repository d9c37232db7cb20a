import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hideVariables, sealEnvironment, withLentVariables } from '../../../plugin/io/environment.ts'

const secrets = [
  'GITHUB_TOKEN',
  'INPUT_GITHUB-TOKEN',
  'TORTOISE_SIGNING_KEY',
  'AWS_REGION',
  'AZURE_CLIENT_ID',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'NPM_PASSWORD',
  'OWN_SECRET_1',
]
const plain = ['PATH', 'KUBECONFIG_1', 'MONKEY', 'GITHUB_OUTPUT_1']
let before: NodeJS.ProcessEnv
beforeEach(() => {
  before = { ...process.env }
  for (const name of [...secrets, ...plain.slice(1)]) process.env[name] = `value of ${name}`
})
afterEach(() => {
  for (const name of [...secrets, ...plain.slice(1)]) delete process.env[name]
  Object.assign(process.env, before)
})

const present = (names: readonly string[]) => names.filter((name) => process.env[name] !== undefined)

describe('the environment of this process', () => {
  it('loses every secret, and nothing else; the caller gets all of it', () => {
    const own = sealEnvironment()
    expect(present(secrets)).toEqual([])
    expect(present(plain)).toEqual(plain)
    for (const name of secrets) expect(own[name]).toBe(`value of ${name}`)
  })

  it('has the variables of clouds while they are lent, in overlapping calls too, and never the own tokens', async () => {
    sealEnvironment()
    hideVariables(['OWN_SECRET_1'])
    const lent = ['AWS_REGION', 'AZURE_CLIENT_ID', 'GOOGLE_APPLICATION_CREDENTIALS', 'NPM_PASSWORD']
    let release = (): void => undefined
    const waiting = withLentVariables(() => new Promise<void>((resolve) => (release = resolve)))
    await withLentVariables(async () => expect(present(secrets)).toEqual(lent))
    expect(present(secrets)).toEqual(lent)
    release()
    await waiting
    expect(present(secrets)).toEqual([])
  })

  it('loses them again when what they were lent for fails', async () => {
    sealEnvironment()
    await expect(withLentVariables(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(present(secrets)).toEqual([])
  })
})
