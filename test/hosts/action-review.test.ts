import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { demoCheckout, demoFiles, git } from './program.ts'
import { hasNode24, runStep, type Step } from './runner.ts'

const root = mkdtempSync(join(tmpdir(), 'tortoise-review-'))
const checkout = demoCheckout()
const snapshot = join(demoFiles, 'snapshot.json')
const token = 'ghs_review-token-0000000000000000000000'

interface Comment {
  readonly id: number
  readonly body: string
}
const comments: Comment[] = [{ id: 1, body: 'looks good' }]

/** The comments of one pull request, as GitHub serves them. */
const server = createServer(async (request, response) => {
  const send = (status: number, body: unknown) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (!String(request.headers.authorization).endsWith(token)) return send(401, {})
  const path = new URL(request.url ?? '/', 'http://api').pathname
  const { body = '' } = await bodyOf(request)
  if (request.method === 'GET' && path === '/repos/shop/gitops/issues/7/comments') return send(200, comments)
  if (request.method === 'POST' && path === '/repos/shop/gitops/issues/7/comments') {
    comments.push({ id: comments.length + 1, body })
    return send(201, comments.at(-1))
  }
  const at = comments.findIndex(({ id }) => path === `/repos/shop/gitops/issues/comments/${id}`)
  if (request.method !== 'PATCH' || at < 0) return send(404, {})
  comments[at] = { id: at + 1, body }
  return send(200, comments[at])
})

async function bodyOf(request: IncomingMessage): Promise<{ body?: string }> {
  let text = ''
  for await (const part of request) text += part
  return text === '' ? {} : (JSON.parse(text) as { body?: string })
}

let api = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  mkdirSync(join(root, 'steps'))
  writeFileSync(join(root, 'event.json'), JSON.stringify({ pull_request: { number: 7 } }))
})
afterAll(() => {
  server.close()
  server.closeAllConnections()
  checkout.remove()
  rmSync(root, { recursive: true, force: true })
})
beforeEach(() => git(checkout.directory, 'checkout', '--quiet', '-B', 'change', 'main'))

const step = (
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  depth = 2,
): Promise<Step> =>
  runStep(inputs, {
    directory: mkdtempSync(join(root, 'steps/')),
    clone: [`--depth=${depth}`, '--branch=change', `file://${checkout.directory}`],
    env: {
      GITHUB_REPOSITORY: 'shop/gitops',
      GITHUB_API_URL: api,
      GITHUB_EVENT_PATH: join(root, 'event.json'),
      ...env,
    },
  })

function change(file: string, ...[from, to]: readonly [string | RegExp, string]): void {
  const path = join(checkout.directory, file)
  const before = readFileSync(path, 'utf8')
  writeFileSync(path, before.replace(from, to))
  expect(readFileSync(path, 'utf8')).not.toBe(before)
  git(checkout.directory, 'commit', '--quiet', '--all', '--message=a change of a person')
}

const review = (env: Readonly<Record<string, string>> = {}) =>
  step({ mode: 'review', snapshot, 'github-token': token }, env)

describe.skipIf(!hasNode24)("the Action on a person's pull request", () => {
  it('does not comment on a change that agrees with the usage', async () => {
    change('envs/prod/storefront.yaml', /cpu: .*/, 'cpu: 900m')
    const ended = await review()
    expect(ended).toMatchObject({ status: 0, outputs: { objections: '0' } })
    expect(comments).toHaveLength(1)
  })

  it('comments once where sizes contradict it, and keeps the comment up to date', async () => {
    change('apps/overlays/prod/checkout-size.yaml', /cpu: "?1500m"?/, 'cpu: 4000m')
    change('apps/overlays/prod/checkout-size.yaml', /memory: 2Gi/, 'memory: 64Mi')
    git(checkout.directory, 'reset', '--quiet', '--soft', 'main')
    git(checkout.directory, 'commit', '--quiet', '--message=a change of a person')
    const first = await review()
    expect(first).toMatchObject({ status: 0, outputs: { objections: '2' } })
    expect(first.stdout).toMatch(
      /^::warning::Deployment\/checkout: 4000m is \d+(\.\d)? × the p99 of its usage/m,
    )
    expect(comments[1]?.body).toMatch(
      /\| Deployment\/checkout \| checkout requests\.cpu \| 1500m → 4000m \| 4000m is [\d.]+ × the p99/,
    )
    expect(comments[1]?.body).toMatch(/requests\.memory \| 2Gi → 64Mi \| 64Mi is below its peak usage, \d+Mi/)
    expect(first.summary).toContain('do not agree with the usage data')
    await review()
    expect(comments).toHaveLength(2)
    git(checkout.directory, 'checkout', '--quiet', '-B', 'change', 'main')
    change('envs/prod/storefront.yaml', /cpu: .*/, 'cpu: 900m')
    await review()
    expect(comments[1]?.body).toContain('agree with the usage data')
  })

  it('knows that a target halves the point at which an HPA scales', async () => {
    change('apps/overlays/prod/catalog-hpa.yaml', /averageUtilization: 50/, 'averageUtilization: 25')
    expect((await review()).stdout).toContain(
      '25 halves the usage at which the HPA adds pods, from 250m to 125m per pod',
    )
  })

  it.each([
    [
      'no pull request',
      { GITHUB_EVENT_PATH: join(root, 'none.json') },
      /Mode review needs a workflow that runs on pull_request/,
      2,
    ],
    ['a checkout without the commit before', {}, /fetch-depth: 2/, 1],
  ])('stops where there is %s', async (_name, env, says, depth) => {
    writeFileSync(join(root, 'none.json'), '{}')
    change('envs/prod/storefront.yaml', /cpu: .*/, 'cpu: 900m')
    const ended = await step({ mode: 'review', snapshot, 'github-token': token }, env, depth)
    expect(ended.status).toBe(1)
    expect(ended.stdout).toMatch(says)
  })

  it('never shows the token', async () => {
    change('envs/prod/storefront.yaml', /cpu: .*/, 'cpu: 9')
    const ended = await review()
    expect(
      `${ended.stdout.replace(/^::add-mask::.*$/gm, '')}${ended.summary}${JSON.stringify(comments)}`,
    ).not.toContain(token)
  })
})

describe.skipIf(!hasNode24)('inputs of workflow_dispatch', () => {
  it('a dry run of some workloads reports them alone, with a notice at each line', async () => {
    const ended = await step({
      snapshot,
      mode: 'commit',
      push: 'false',
      'dry-run': 'true',
      workloads: 'Deployment/storefront, shop/Deployment/cart',
    })
    expect(ended).toMatchObject({ status: 0, outputs: { changed: 'true', commit: '' } })
    expect(ended.stdout).toMatch(
      /^::notice title=Deployment\/storefront web requests\.memory%3A 1Gi → \d+Mi,file=envs\/prod\/storefront\.yaml,line=8::/m,
    )
    expect(ended.summary).not.toContain('catalog')
    expect((ended.stdout.match(/^::notice/gm) ?? []).length).toBeLessThanOrEqual(10)
  })

  it('some workloads get a branch of their own', async () => {
    const ended = await step({ snapshot, mode: 'commit', push: 'false', workloads: 'Deployment/storefront' })
    expect(ended.outputs['branch']).toBe('tortoise/right-size-selected')
  })

  it('stops on a name that is none', async () => {
    const ended = await step({ snapshot, workloads: 'storefront' })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain('Input workloads has storefront, which is not Kind/name')
  })
})
