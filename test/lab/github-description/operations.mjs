import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Octokit } from 'octokit'

const plugin = join(import.meta.dirname, '../../../plugin')

/** Called by `@octokit/auth-app` for us. */
const byLibraries = ['POST /app/installations/{installation_id}/access_tokens']

/**
 * The operations of GitHub's REST API that the source calls as `rest.NAMESPACE.METHOD`, sorted: `GET /repos/{owner}/{repo}`.
 *
 * @returns {readonly string[]}
 */
export function calledOperations() {
  const { rest } = new Octokit()
  const texts = readdirSync(plugin, { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(plugin, file), 'utf8'))
  const called = texts
    .flatMap((text) => [...text.matchAll(/\brest\.(\w+)\.(\w+)/g)])
    .map(([, namespace, method]) => rest[namespace][method].endpoint.DEFAULTS)
    .map(({ method, url }) => `${method} ${url}`)
  return [...new Set([...called, ...byLibraries])].sort()
}
