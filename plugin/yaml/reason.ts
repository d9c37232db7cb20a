/**
 * Why the parser refuses a text, in its words, without the characters of the text that it quotes: they may be of a Secret,
 * and the position is known.
 */
export const yamlReason = (message: string): string =>
  (message.split(/ at line \d|\n/)[0] ?? '').replace(/: .*$|, so .*$/u, '')
