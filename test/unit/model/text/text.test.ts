import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serverMessage } from '../../../../plugin/model/text/clean.ts'
import { json } from '../../../../plugin/model/text/data.ts'
import { html } from '../../../../plugin/model/text/html.ts'
import { cutInert, encodedWords, encodeWord, inert } from '../../../../plugin/model/text/inert.ts'
import { logLine } from '../../../../plugin/model/text/log.ts'
import { code, link, markdown, unbroken, webAddress } from '../../../../plugin/model/text/markdown.ts'
import { keepSecret, redacted } from '../../../../plugin/model/text/secrets.ts'
import { terminal, terminalLines } from '../../../../plugin/model/text/terminal.ts'
import { alive } from '../../../lab/alive.ts'
import { acts, commands, unseen } from '../../../lab/inert.ts'

/** Texts of every kind, with the characters that matter far more often than by chance. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(
        ...['\n', '\r\n', '\t', '\u001b[31m', '\u001b]0;x\u0007', '\u009b2J', '\b', '\u0085', '\u2028'],
        ...['\u202e', '\u2066', '\u200b', '\ufeff', '\u00ad', '\u{e0041}', '\u3164', '\ud800'],
        ...['::error::', '##[error]', '##vso[x]', '@ada', '#1', 'GH-7', 'https://a.example', '<b>', '&lt;'],
        ...['`', '|', '*', '_', '[a](b)', '<!--', '-->', '</details>', '- [x] ', '$', '\\', '"', "'"],
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

const holds = (check: (text: string) => void): void =>
  fc.assert(fc.property(anyText, check), { seed: 11, numRuns: 3000 })

describe('what a writer takes in, whatever it is', () => {
  it('stays on its line of a terminal, and neither acts on it nor is a command of a runner', () => {
    holds((text) => {
      const shown = terminal`${text}\n${text}`.toString()
      expect(shown.split('\n')).toHaveLength(2)
      expect(acts(shown)).toEqual([])
      expect(commands(shown)).toEqual([])
    })
  })

  it('is the same when a terminal shows what another part has shown', () => {
    holds((text) => {
      const once = terminal`a${text}`.toString()
      expect(terminal`${once}`.toString()).toBe(once)
    })
  })

  it('has on each line of a terminal no control character but a tab', () => {
    holds((text) => {
      const shown = terminalLines(text).toString()
      expect(acts(shown.replaceAll('\t', ' '))).toEqual([])
      expect(commands(shown)).toEqual([])
    })
  })

  it('is plain text of Markdown: no element, link, mention, reference or check box comes of it', () => {
    holds((text) => {
      const body = markdown`${text}\n\n- ${text}\n\n| a | b |\n|---|---|\n| ${text} | ${code(text)} |\n`
      expect(alive(body.toString())).toEqual([])
      expect(commands(body.toString())).toEqual([])
      expect(body.toString().split('\n')).toHaveLength(8)
    })
  })

  it('is plain text of a title or a commit message: one line that links to nothing', () => {
    holds((text) => {
      const title = inert`perf: ${text}`.toString()
      expect(title.replaceAll('\u200b', '')).not.toMatch(unseen)
      expect(title).not.toMatch(/@[\w-]|#\d|\[skip|GH-\d|:\/\//i)
      expect(title).not.toContain('\n')
    })
  })

  it('is text of HTML: neither markup nor the end of an attribute', () => {
    holds((text) => {
      const page = html`<p title="${text}">${text}</p>`.toString()
      expect(page).toMatch(/^<p title="[^"<>]*">[^<>]*<\/p>$/)
      expect(page.replace(/&#\d+;/g, '')).not.toMatch(/&/)
      expect(acts(page)).toEqual([])
    })
  })

  it('is one string of a line of the log', () => {
    holds((text) => {
      const line = logLine({ message: text, level: 'info' }).toString()
      expect(line.split('\n')).toHaveLength(2)
      expect(acts(line)).toEqual([])
      expect(acts((JSON.parse(line) as { readonly message: string }).message)).toEqual([])
    })
  })

  it('is the same data in JSON, in which nothing acts on a terminal', () => {
    holds((text) => {
      const printed = json({ text }).toString()
      expect((JSON.parse(printed) as { readonly text: string }).text).toBe(text)
      expect(acts(printed)).toEqual([])
      expect(commands(printed)).toEqual([])
    })
  })

  it('is one word of a trailer, which stays as it is when it is written', () => {
    holds((text) => {
      const word = encodeWord(text)
      expect(word).not.toMatch(/\s/)
      expect(encodedWords(`${word} ${word}`).toString()).toBe(`${word} ${word}`)
    })
  })
})

describe('harmless text', () => {
  it.each([
    'Deployment/api-server',
    'apps/overlays/prod/app.yaml:12:37',
    'requests.cpu 1.5 → 260m (−30 %)',
    'Größe, 名前, имя, اسم ☕️ 🐢',
    'fe80::1 and [::1]:8080',
    'std::string # of pods',
    'two  spaces',
  ])('is shown unchanged on a terminal and in the log: %s', (text) => {
    expect(terminal`${text}`.toString()).toBe(text)
    expect(JSON.parse(logLine({ text }).toString())).toEqual({ text })
  })

  it('keeps its characters in Markdown and HTML when it has no markup', () => {
    const text = 'Deployment/api-server app requests.cpu 1.5 → 260m, +48 %'
    expect(markdown`${text}`.toString()).toBe(text)
    expect(html`${text}`.toString()).toBe(text)
    expect(unbroken('+48 %').toString()).toBe('+48\u00a0%')
    expect(inert`perf: ${text}`.toString()).toBe(`perf: ${text}`)
  })
})

describe('a writer', () => {
  it('leaves what its template says, and text of its own medium, as they are', () => {
    expect(markdown`**${markdown`*${'*'}*`}**`.toString()).toBe('***\\****')
    expect(terminal`\u001b[1m${'\u001b[1m'}\u001b[22m`.toString()).toBe('\u001b[1m\ufffd[1m\u001b[22m')
    expect(html`<b>${html`<i>${'<'}</i>`}</b>`.toString()).toBe('<b><i>&#60;</i></b>')
  })

  it('joins text of its own medium with other text, which it escapes', () => {
    expect(html.join([html`<br>`, '<br>', 3], ', ').toString()).toBe('<br>, &#60;br&#62;, 3')
  })

  it('breaks a command that several parts make together', () => {
    expect(terminal`${':'}${':error::x'}`.toString()).toBe(': :error::x')
    expect(terminal`a\n  ${'::'}add-mask::x`.toString()).toBe('a\n  : :add-mask::x')
    expect(terminal`${'#'}${'#[error]'}`.toString()).toBe('# #[error]')
    expect(markdown`${'::stop-commands::x'}`.toString()).toBe(': :stop-commands::x')
  })

  it('has the length of what it holds', () => {
    expect(terminal`a${'\n'}b`).toHaveLength(3)
    expect(cutInert(inert`abc${'🐢'}`, 4).toString()).toBe('abc')
  })
})

describe('a link', () => {
  it.each([
    ['https://github.com/acme/shop/pull/1', 'https://github.com/acme/shop/pull/1'],
    ['http://a.example/x) [b](y', 'http://a.example/x%29%20[b]%28y'],
    ['javascript:alert(1)', undefined],
    ['https://token@a.example/', undefined],
    ['//a.example', undefined],
    ['not an address', undefined],
  ])('to %s', (text, address) => {
    expect(webAddress(text)).toBe(address)
    expect(link(markdown`#1`, text).toString()).toBe(address === undefined ? '#1' : `[#1](${address})`)
  })
})

describe("a server's message", () => {
  it('is one line of at most 200 characters', () => {
    expect(serverMessage('a\r\nb\u001b[31m')).toBe('a b [31m')
    expect(serverMessage('x'.repeat(500))).toBe(`${'x'.repeat(199)}…`)
  })
})

describe('a secret of the run', () => {
  it('is struck out by every writer, in each of its forms', () => {
    const token = keepSecret('pa55 w@rd&more')
    const key = keepSecret(
      '-----BEGIN KEY-----\nMIIBOgIBAAJBAKj34Gkx\nMIIBOgIBAAJBAKj34Gky\n-----END KEY-----\n',
    )
    const said = `${token} ${encodeURIComponent(token)} ${key.split('\n')[1]}`
    for (const shown of [
      terminal`${said}`,
      terminalLines(said),
      markdown`${said}`,
      code(said),
      inert`${said}`,
      html`${said}`,
      logLine({ said }),
      json({ said }),
    ]) {
      expect(shown.toString().replaceAll('\\', '')).toContain('***')
      expect(shown.toString()).not.toMatch(/pa55|MIIB/)
    }
    expect(redacted('-----BEGIN KEY-----')).toBe('-----BEGIN KEY-----')
  })

  it('is nothing as short as a word', () => {
    keepSecret('cpu')
    keepSecret('')
    expect(terminal`requests.cpu`.toString()).toBe('requests.cpu')
  })

  it('is forgotten when 500 newer ones are known', () => {
    keepSecret('first-of-many')
    for (let nth = 0; nth < 500; nth += 1) keepSecret(`token-${nth}-of-many`)
    expect(redacted('first-of-many token-499-of-many')).toBe('first-of-many ***')
  })
})
