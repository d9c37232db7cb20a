/** Shorter texts are no secrets, and would strike out words of sentences. */
const shortest = 6
/** Tokens are renewed while a daemon runs; of so many secrets the oldest are forgotten. */
const most = 500

const known = new Set<string>()

/**
 * Remembers a secret of this run (a token, a password, a key), so that every writer strikes it out of what it writes.
 * Returns it. The lines of a key and the form that URLs have are struck out too.
 */
export function keepSecret<T extends string>(secret: T): T {
  const lines = secret.split(/\r?\n/).map((line) => line.trim())
  const whole = secret.trim()
  for (const form of [whole, ...(lines.length > 1 ? lines.filter(isKeyLine) : []), ...encoded(whole)])
    if (form.length >= shortest) known.add(form)
  for (const oldest of known) {
    if (known.size <= most) break
    known.delete(oldest)
  }
  return secret
}

/** A line of a key in PEM form; its first and last line are the same in every key. */
const isKeyLine = (line: string): boolean => line.length >= 16 && !line.startsWith('-----')

const encoded = (secret: string): readonly string[] =>
  secret.length > 4096 || /\p{Cs}/u.test(secret) ? [] : [encodeURIComponent(secret)]

/** The text with every remembered secret as `***`. */
export function redacted(text: string): string {
  let rest = text
  for (const secret of known) if (rest.includes(secret)) rest = rest.replaceAll(secret, '***')
  return rest
}
