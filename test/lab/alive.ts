import { marked } from 'marked'

const allowed = new Set(
  'p strong em code br hr h3 table thead tbody tr th td ul li details summary pre input'.split(' '),
)

/** Elements of a rendered text that are not of those we write ourselves, and what a forge would link. */
export function alive(markdown: string): readonly string[] {
  const html = marked.parse(markdown, { async: false, gfm: true })
  const visible = html.replace(/<!--[\s\S]*?-->/g, '').replace(/<code[\s\S]*?<\/code>/g, '')
  const tags = [...visible.matchAll(/<\/?([a-z][a-z0-9]*)([^>]*)>/gi)].filter(
    ([, name = '', rest = '']) => !allowed.has(name) || /\bon\w+=|src=|href=/.test(rest),
  )
  const text = visible.replace(/<[^>]+>/g, ' ').replaceAll('&#39;', "'")
  return [
    ...tags.map(([tag]) => tag),
    ...(text.match(/@[a-z]|(?<![&\w])#\d|GH-\d|https?:\/\//gi) ?? []),
    ...(text.match(/[\p{Cc}\u202a-\u202e]/gu) ?? []).filter((one) => one !== '\n'),
  ]
}
