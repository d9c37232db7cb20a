import { describe, expect, it } from 'vitest'
import { atMost } from '../../../plugin/io/at-most.ts'
import { listedOnce } from '../../../plugin/io/tree.ts'

describe('listings of a tree', () => {
  it('are read once for each directory', async () => {
    let reads = 0
    const list = listedOnce(async () => {
      reads += 1
      return new Map([['a', 1]])
    })
    await list('x')
    await list('x')
    expect(reads).toBe(1)
  })

  it('end at a repository without an end', async () => {
    const list = listedOnce(async () => ({ size: 1_000 }))
    const walk = async (directory: string): Promise<never> => {
      await list(directory)
      return walk(`${directory}/x`)
    }
    await expect(walk('.')).rejects.toMatchObject({
      problems: [
        { code: 'files.unusable', message: 'the repository has more than 200000 files and directories' },
      ],
    })
  })
})

describe('a gate', () => {
  it('lets a limited number of works be in progress, and all of them end', async () => {
    const gate = atMost(3)
    let [running, most] = [0, 0]
    const work = () =>
      gate(async () => {
        running += 1
        most = Math.max(most, running)
        await new Promise((resolve) => setTimeout(resolve, 1))
        running -= 1
        return most
      })
    expect(await Promise.all(Array.from({ length: 50 }, work))).toHaveLength(50)
    expect(most).toBe(3)
  })

  it('goes on after a work that fails', async () => {
    const gate = atMost(1)
    await expect(gate(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await gate(async () => 1)).toBe(1)
  })
})
