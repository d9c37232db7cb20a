import { describe, expect, it } from 'vitest'
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
