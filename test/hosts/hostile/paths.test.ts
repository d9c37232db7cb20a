import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { programDirectory } from '../../lab/programs.mjs'
import { tortoise } from '../program.ts'
import { missedAskingAttacks, missedReadingAttacks } from './missed-attacks.ts'
import { askingAttacks, type PathAttack, readingAttacks, runningAttacks } from './path-attacks.ts'

const work = mkdtempSync(join(tmpdir(), 'tortoise-paths-'))
const outside = join(work, 'outside')
const canary = 'CANARY-OUTSIDE-31b7'
const token = 'ghs_DUMMYTOKEN0123456789'
// A fixed port: the attacks are listed before the server starts.
const port = 18_573
let asked: string[] = []
const server = createServer((request, response) => {
  asked.push(request.url ?? '')
  response.end(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${canary.toLowerCase()}}\n`)
})
const traps = { outside, climb: `${'../'.repeat(12)}${outside.slice(1)}`, server: `http://127.0.0.1:${port}` }

function lay(root: string, files: PathAttack['files']): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text, { mode: 0o755 })
  }
}

beforeAll(async () => {
  const object = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: ${canary}}\n`
  lay(outside, {
    'values.yaml': `other: ${canary}\n`,
    'schema.json': `{"const": "${canary}"}`,
    'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'base/deployment.yaml': object,
    'charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'charts/c/templates/a.yaml': object,
    'evil.sh': `#!/bin/sh\ntouch ${work}/pwned\n`,
  })
  chmodSync(join(outside, 'evil.sh'), 0o755)
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
})
afterAll(() => {
  server.close()
  rmSync(work, { recursive: true, force: true })
})

async function render({ files, source = 'k' }: PathAttack, version: 'v31' | 'v35', sandbox: string) {
  const repository = mkdtempSync(join(work, 'repository-'))
  lay(repository, files)
  asked = []
  const PATH = [programDirectory(version), process.env['PATH'] ?? ''].join(delimiter)
  const env = { PATH, TORTOISE_SANDBOX: sandbox, GITHUB_TOKEN: token, TMPDIR: work }
  const ended = await tortoise(['render', source, '--repo', repository], { cwd: repository, env })
  rmSync(repository, { recursive: true, force: true })
  return ended
}

const machines = [
  { version: 'v35', sandbox: 'preferred' },
  { version: 'v35', sandbox: 'off' },
  { version: 'v31', sandbox: 'preferred' },
  { version: 'v31', sandbox: 'off' },
] as const

describe.each(machines)('with the programs of $version and the sandbox $sandbox', ({ version, sandbox }) => {
  describe.each([
    { kind: 'reads nothing outside', attacks: [...readingAttacks(traps), ...missedReadingAttacks(traps)] },
    { kind: 'asks no server', attacks: [...askingAttacks(traps), ...missedAskingAttacks(traps)] },
    { kind: 'runs no program of a repository', attacks: runningAttacks(traps) },
  ])('$kind', ({ attacks }) => {
    it.each(attacks)('$name', async (attack) => {
      const ended = await render(attack, version, sandbox)
      expect(ended.stdout + ended.stderr).not.toContain(canary)
      expect(ended.stdout + ended.stderr).not.toContain(token)
      expect(asked).toEqual([])
      expect(existsSync(join(work, 'pwned'))).toBe(false)
      if (attack.harmless !== true) expect(ended).toMatchObject({ status: 2 })
      else expect([0, 2]).toContain(ended.status)
    })
  })
})
