import { hiddenData, hiddenForm, type Markdown, markdown } from './text/markdown.ts'

/** What a box of the dashboard does when somebody checks it. */
export type DashboardBox =
  | { readonly does: 'open' | 'snooze'; readonly branch: string }
  | { readonly does: 'retry'; readonly key: string }

// biome-ignore lint/plugin: it is made of constants
const checkedLine = new RegExp(`^- \\[[xX]\\] ${hiddenForm.source}`, 'gm')

/** The start of a line with an unchecked box. What it does is in base64, so that no name can end the comment. */
export const boxLine = (box: DashboardBox): Markdown =>
  markdown`- [ ] ${hiddenData(btoa(encodeURIComponent(JSON.stringify(box))))}`

/** What the checked boxes of a text do. */
export const checkedBoxes = (body: string): readonly DashboardBox[] =>
  [...body.matchAll(checkedLine)].flatMap(([, base64 = '']) => {
    const box = boxIn(base64)
    return box === undefined ? [] : [box]
  })

function boxIn(base64: string): DashboardBox | undefined {
  try {
    const data: unknown = JSON.parse(decodeURIComponent(atob(base64)))
    if (typeof data !== 'object' || data === null) return undefined
    const { does, branch, key } = data as Readonly<Record<string, unknown>>
    if ((does === 'open' || does === 'snooze') && typeof branch === 'string') return { does, branch }
    return does === 'retry' && typeof key === 'string' ? { does, key } : undefined
  } catch {
    return undefined
  }
}
