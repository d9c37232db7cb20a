import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeServer, json, type ReceivedRequest, startServer } from '../unit/observe/fake-server.ts'
import { tortoise } from './program.ts'

const keys = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  AWS_SESSION_TOKEN: 'session-token-of-the-test',
}
const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
const mac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The signature as the receiving side works it out: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function expectedSignature({ method, url, headers, body }: ReceivedRequest): string {
  const authorization = headers.authorization ?? ''
  const [, scope = ''] = /Credential=AKIDEXAMPLE\/([^,]+),/.exec(authorization) ?? []
  const [, signed = ''] = /SignedHeaders=([^,]+),/.exec(authorization) ?? []
  const canonical = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const request = [method, url.pathname, '', canonical.join(''), signed, sha(body)].join('\n')
  const [day = '', region = '', service = '', last = ''] = scope.split('/')
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha(request)].join('\n')
  const key = [region, service, last].reduce(mac, mac(`AWS4${keys.AWS_SECRET_ACCESS_KEY}`, day))
  return mac(key, text).toString('hex')
}

describe('a Prometheus that wants signed requests', () => {
  const root = mkdtempSync(join(tmpdir(), 'tortoise-sigv4-'))
  let server: FakeServer
  beforeAll(async () => {
    server = await startServer((request, response) => {
      const good = request.headers.authorization?.endsWith(`Signature=${expectedSignature(request)}`)
      if (good) json(response, 200, { status: 'success', data: { resultType: 'vector', result: [] } })
      else json(response, 403, { status: 'error', error: 'the signature does not match' })
    })
    const url = `${server.url}/workspaces/ws-1`
    writeFileSync(
      join(root, 'tortoise.yaml'),
      `clusters: [{name: prod, prometheus: {url: "${url}", sigv4: {region: eu-west-1}}}]\n`,
    )
  })
  afterAll(async () => {
    await server.close()
    rmSync(root, { recursive: true, force: true })
  })
  const snapshot = (env: Readonly<Record<string, string>>) =>
    tortoise(['snapshot', '--repo', root, '--out', join(root, 'snapshot.json')], { env })

  it('gets every one signed with the keys of the environment, which are shown nowhere', async () => {
    const ended = await snapshot(keys)
    expect(ended.status).toBe(0)
    expect(server.seen.length).toBeGreaterThan(10)
    for (const { headers, url } of server.seen) {
      expect(url.pathname).toMatch(/^\/workspaces\/ws-1\/api\/v1\/query(_range)?$/)
      expect(headers.authorization).toContain('/eu-west-1/aps/aws4_request')
      expect(headers['x-amz-security-token']).toBe(keys.AWS_SESSION_TOKEN)
    }
    for (const secret of Object.values(keys)) expect(ended.stdout + ended.stderr).not.toContain(secret)
  })

  it('is checked: other keys are refused, and so is a request without any', async () => {
    const refused = await snapshot({ ...keys, AWS_SECRET_ACCESS_KEY: 'another' })
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the signature does not match'),
    })
    expect(await snapshot({})).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('needs AWS keys, which are not in the environment'),
    })
  })
})
