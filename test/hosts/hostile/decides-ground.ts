import { afterEach, expect } from 'vitest'
import { writeBlock } from '../../../plugin/deliver/record/hidden-block.ts'
import { tortoise } from '../program.ts'
import { beginPulls, type Load, type PullStory } from '../pull-story.ts'

/** A change as `plan -o json` prints it. */
export interface PlannedChange {
  readonly cluster?: string
  readonly workload: { readonly namespace: string; readonly kind: string; readonly name: string }
  readonly container?: string
  readonly field: string
  readonly from: string
  readonly to: string
  readonly site: { readonly file: string }
}

export const keyOf = ({ cluster, workload, container = '-', field }: PlannedChange): string => {
  const { namespace, kind, name } = workload
  return `${cluster === undefined ? '' : `${cluster}/`}${namespace}/${kind}/${name} ${container} ${field}`
}

/** The same in the hidden block of a pull request. */
export const forgedBlock = (changes: readonly PlannedChange[], closed?: string): string =>
  writeBlock({
    scope: 'x',
    base: 'a',
    head: 'b',
    digest: 'c',
    items: changes.map((one) => ({ key: keyOf(one), from: one.from, to: one.to })),
    closed,
  }).toString()

export const api: Load = { name: 'api', asks: 500, uses: 100 }
const web: Load = { name: 'web', asks: 100, uses: 300 }

type Begin = (more?: Partial<Parameters<typeof beginPulls>[0]>) => Promise<PullStory>

/** Begins pull requests on a lab forge. The latest of them end after each test. */
export function storyOfEachTest(): Begin {
  let story: PullStory | undefined
  afterEach(async () => {
    await story?.close()
    story = undefined
  })
  return async (more = {}) => {
    await story?.close()
    story = await beginPulls({ loads: [api, web], ...more })
    return story
  }
}

/** The changes that the program plans in a fresh clone. */
export async function planned({ command }: PullStory): Promise<readonly PlannedChange[]> {
  const { args } = command()
  const { status, stdout, stderr } = await tortoise(['plan', ...args.slice(1)])
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return JSON.parse(stdout).changes
}
