import { percentDecoded } from '../model/percent-decoded.ts'
/** A URL that is safe to print: without credentials, query or fragment. */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return text.replace(/\/\/[^/]*@/, '//').replace(/[?#].*$/s, '')
  const { origin, pathname } = new URL(text)
  return `${origin}${pathname}`.replace(/\/$/, '')
}

/** The parts of request headers and of a URL that must never be printed. */
export function secretsOf(url: string, headers: Readonly<Record<string, string>>): readonly string[] {
  const inHeaders = Object.entries(headers)
    .filter(([name, value]) => /auth|token|key|secret|cookie|pass/i.test(name) || value.length >= 16)
    .flatMap(([, value]) => [value.trim(), value.trim().split(/\s+/).at(-1) ?? ''])
  const { username = '', password = '', searchParams } = URL.canParse(url) ? new URL(url) : {}
  const inUrl = [username, password].flatMap((part) => [part, percentDecoded(part)])
  return [...inHeaders, ...inUrl, ...(searchParams?.values() ?? [])].filter((secret) => secret.length > 3)
}

/** Of these parts the password of the URL and the headers that prove who asks: what is a secret wherever it appears. */
export function credentialsIn(url: string, headers: Readonly<Record<string, string>>): readonly string[] {
  const { password = '' } = URL.canParse(url) ? new URL(url) : {}
  const proofs = Object.entries(headers).filter(([name]) =>
    /auth|token|secret|cookie|pass|api-?key/i.test(name),
  )
  return [
    password,
    percentDecoded(password),
    ...proofs.map(([, value]) => value.trim().split(/\s+/).at(-1) ?? ''),
  ]
}

/** A text with every secret replaced by `***`. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
