import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Ended, onDemo } from './program.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/how-it-decides.md'), 'utf8')
const explain = (...args: readonly string[]): Promise<Ended> => onDemo('explain', ...args)

describe('tortoise explain', () => {
  it('prints the worked example of docs/how-it-decides.md', async () => {
    const { stdout, status } = await explain('prod/shop/Deployment/cart', '--container', 'cart')
    const example = /```\n(cart requests\.cpu[\s\S]*?)```/.exec(page)?.[1] ?? 'no example'
    expect(stdout.replace(/^ {2}/gm, '')).toContain(example.replace(/^( {4})/gm, '$1'))
    expect(status).toBe(0)
  })

  it('gives rules and figures as JSON', async () => {
    const { stdout } = await explain('prod/shop/Deployment/cart', '-o', 'json')
    const { kind, recommendations } = JSON.parse(stdout)
    expect(kind).toBe('TortoiseReport')
    expect(recommendations[0]).toMatchObject({
      field: 'requests.cpu',
      from: 250,
      to: 390,
      because: [{ rule: 'cpu.price' }],
    })
  })

  it.each([
    [['Deployment/nope'], 'No source declares Deployment/nope'],
    [['Deployment/cart', '--container', 'nope'], 'has no container nope'],
  ])('%j stops with what is known', async (args, message) => {
    const { status, stderr } = await explain(...args)
    expect([status, stderr.includes(message)]).toEqual([2, true])
  })
})
