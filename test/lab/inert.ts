/** Characters that move, hide or colour others, or act on a terminal; line ends aside. Selectors of emoji are harmless. */
export const unseen = /(?!\n|[\ufe00-\ufe0f])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}\u2800]/gu

/** The characters of a text that a terminal would act on, as numbers. */
export const acts = (text: string): readonly string[] =>
  [...new Set(text.match(unseen) ?? [])].map((one) => `U+${one.codePointAt(0)?.toString(16)}`)

/** The lines of a text that a runner of GitHub or Azure would take for a command. */
export const commands = (text: string): readonly string[] =>
  text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).filter((line) => /^\s*::|##[a-z]*\[/i.test(line))
