/** A command that a reviewer gives in a comment, a label or a checkbox. */
export interface Command {
  readonly verb: 'snooze' | 'pin' | 'ignore' | 'split' | 'retry'
  /** Days of a snooze. */
  readonly days?: number
  /** Value of a pin. */
  readonly value?: string
  /** Words that must all be part of an item's address. Empty for every item of the pull request. */
  readonly only: readonly string[]
}

const line = /^\/tortoise[ \t]+(snooze|pin|ignore|split|retry)\b[ \t]*(.*)$/gim
const maxDays = 365
const unitDays: Readonly<Record<string, number>> = { d: 1, w: 7 }

function snooze(words: readonly string[]): Command | undefined {
  const [, count, unit = ''] = /^(\d{1,4})([dw])$/.exec(words[0] ?? '') ?? []
  if (count === undefined) return undefined
  const days = Math.min(Number(count) * (unitDays[unit] ?? 1), maxDays)
  return days > 0 ? { verb: 'snooze', days, only: words.slice(1) } : undefined
}

function commandOf(verb: string, words: readonly string[]): Command | undefined {
  switch (verb) {
    case 'snooze':
      return snooze(words)
    case 'pin': {
      const [value, ...only] = words
      return value !== undefined && /^\d[\w.]{0,20}$/.test(value) ? { verb, value, only } : undefined
    }
    case 'ignore':
    case 'split':
    case 'retry':
      return { verb, only: words }
    default:
      return undefined
  }
}

/** The marks of a line that begins or ends fenced code; empty for any other line. */
function fenceOf(line: string): string {
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? ''
  // Backticks that end on the same line are code within a line.
  return mark.startsWith('`') && line.trimStart().slice(mark.length).includes('`') ? '' : mark
}

/** Blocks whose lines readers do not see, or see as code. */
const blocks = [
  ['<!--', '-->'],
  ['<pre', '</pre>'],
] as const

/** The end of the block that a line leaves open; empty when it leaves none open. */
const leftOpen = (line: string): string =>
  blocks.find(([open, close]) => line.lastIndexOf(open) > line.lastIndexOf(close))?.[1] ?? ''

/**
 * The lines of a Markdown text that its author says: without code blocks and HTML comments, which show a command to readers
 * or hide it from them. Quoted and indented lines stay, because no command begins like them.
 */
function spokenLines(body: string): readonly string[] {
  let [fence, end] = ['', '']
  return body.split('\n').filter((line) => {
    const mark = fenceOf(line)
    if (fence !== '') {
      if (mark.startsWith(fence) && line.trim() === mark) fence = ''
      return false
    }
    const wasOpen = end !== ''
    if (!wasOpen || line.toLowerCase().includes(end)) end = leftOpen(line.toLowerCase())
    if (!wasOpen) fence = mark
    return !wasOpen && mark === ''
  })
}

/**
 * Returns the commands in a comment, one for each line that begins with `/tortoise`. Quoted lines, code blocks and HTML
 * comments do not count.
 */
export const readCommands = (body: string): readonly Command[] =>
  [...spokenLines(body.replaceAll('\r', '')).join('\n').matchAll(line)].flatMap(
    ([, verb = '', rest = '']) => {
      const command = commandOf(verb.toLowerCase(), rest.split(/\s+/).filter(Boolean))
      return command === undefined ? [] : [command]
    },
  )

/** Returns the commands given by labels, for example `tortoise/snooze-30d`. */
export const readLabels = (labels: readonly string[]): readonly Command[] =>
  labels.flatMap((label) => {
    const [, verb, rest = ''] = /^tortoise\/(snooze|ignore|split|retry)(?:-(\w+))?$/.exec(label) ?? []
    return verb === undefined ? [] : readCommands(`/tortoise ${verb} ${rest}`)
  })

/** Returns the commands of the checked boxes in a body. Each box is followed by its command in an HTML comment. */
export const readBoxes = (body: string): readonly Command[] =>
  [...body.matchAll(/^- \[[xX]\] <!-- (\/tortoise [\w ]+) -->/gm)].flatMap(([, text = '']) =>
    readCommands(text),
  )

/**
 * Returns a body with all boxes of commands unchecked. Such a box has a space more than the one that Tortoise writes, so that
 * the body differs and the next update of the pull request unchecks the box.
 */
export const untickBoxes = (body: string): string =>
  body.replace(/^- \[[xX]\] (?=<!-- \/tortoise [\w ]+ -->)/gm, '- [ ]  ')
