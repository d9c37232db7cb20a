import { stop } from '../model/problem.ts'

/**
 * The HTTP(S) URL by which a Git repository is read, without a login. SSH URLs are read by HTTPS where settings say so for
 * their host. Throws `source.fetch` for any other URL.
 */
export function gitUrl(given: string, sshAsHttps: readonly string[]): URL {
  const ssh = /^(?:ssh:\/\/)?(?:[\w.-]+@)?([\w.-]+)(?::\d+\/|[:/])(?!\/)(.+)$/i.exec(given)
  const isHttp = /^https?:\/\//i.test(given)
  const text = isHttp || ssh === null ? given : httpsOf(ssh[1] ?? '', ssh[2] ?? '', sshAsHttps)
  if (!URL.canParse(text) || !/^https?:/i.test(text)) throw unusable(given)
  const url = new URL(text)
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '')
  return url
}

function httpsOf(host: string, path: string, sshAsHttps: readonly string[]): string {
  if (sshAsHttps.includes(host.toLowerCase())) return `https://${host}/${path}`
  throw stop(
    'source.fetch',
    `the Git repository ${host}/${path} has an SSH URL, and Git is read by HTTPS alone`,
    {
      hint: `If the same repository is at https://${host}, add to the operator settings:\n    charts: { sshAsHttps: [${host}] }`,
    },
  )
}

const unusable = (given: string) =>
  stop(
    'source.fetch',
    `${JSON.stringify(given.replace(/\/\/[^/@]*@/, '//').slice(0, 120))} is not the URL of a Git repository`,
    {
      hint: 'Use an https:// URL.',
    },
  )
