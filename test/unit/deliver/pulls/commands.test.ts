import { describe, expect, it } from 'vitest'
import { readBoxes, readCommands, untickBoxes } from '../../../../plugin/deliver/pulls/commands.ts'

const verbs = (body: string) => readCommands(body).map(({ verb }) => verb)

describe('a command in a comment', () => {
  it.each([
    ['on a line of its own', '/tortoise ignore'],
    ['below other text', 'Not now, please.\n\n/tortoise ignore\n'],
    ['with the line breaks of Windows', 'Not now.\r\n/tortoise ignore\r\n'],
    ['after a code block that ended', '```yaml\ncpu: 1\n```\n/tortoise ignore'],
    ['after a longer end of a code block', '```\nx\n`````\n/tortoise ignore'],
    ['after an HTML comment that ended', '<!-- note -->\n/tortoise ignore'],
    ['after an HTML comment of several lines', '<!--\nnote\n-->\n/tortoise ignore'],
    ['after code within a line', '```x``` is code\n/tortoise ignore'],
    ['below a quotation', '> shall we?\n\n/tortoise ignore'],
  ])('counts %s', (_name, body) => {
    expect(verbs(body)).toEqual(['ignore'])
  })

  it.each([
    ['quoted', '> /tortoise ignore'],
    ['in a list', '- /tortoise ignore'],
    ['indented as code', '    /tortoise ignore'],
    ['in a code block', '```\n/tortoise ignore\n```'],
    ['in a code block of another language', '```console\n/tortoise ignore\n```'],
    ['in an indented code block', '   ```\n/tortoise ignore\n   ```'],
    ['in a code block of tildes', '~~~\n/tortoise ignore\n~~~'],
    ['in a code block without an end', '```\n/tortoise ignore'],
    ['in a code block that backticks within do not end', '````\n```\n/tortoise ignore\n````'],
    ['in a code block that tildes do not end', '```\n~~~\n/tortoise ignore\n```'],
    ['in an HTML comment', '<!--\n/tortoise ignore\n-->'],
    ['in an HTML comment after text', 'Good. <!-- x\n/tortoise ignore\n-->'],
    ['in an HTML comment without an end', '<!--\n/tortoise ignore'],
    ['in a second HTML comment', '<!-- a --> <!--\n/tortoise ignore\n-->'],
    ['in preformatted text', '<PRE class="x">\n/tortoise ignore\n</PRE>'],
    ['within a line', 'write /tortoise ignore'],
    ['as inline code', '`/tortoise ignore`'],
    ['with a full-width slash', '／tortoise ignore'],
  ])('does not count %s', (_name, body) => {
    expect(verbs(body)).toEqual([])
  })

  it('is read in linear time, whatever surrounds it', () => {
    const hostile = [
      `${'<!--'.repeat(200_000)}`,
      `${'`'.repeat(500_000)}`,
      '/tortoise snooze '.repeat(50_000),
    ]
    for (const body of hostile) expect(verbs(`${body}\n/tortoise pin ${'1'.repeat(100_000)}`)).toEqual([])
  })
})

describe('a box', () => {
  const body = '- [x] <!-- /tortoise snooze 30d -->Snooze\n- [x] a task of a person\n'

  it('is unchecked together with its command, and others stay', () => {
    expect(readBoxes(body)).toHaveLength(1)
    const unchecked = untickBoxes(body)
    expect(readBoxes(unchecked)).toEqual([])
    expect(unchecked).toContain('- [x] a task of a person')
  })
})
