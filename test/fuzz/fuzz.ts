import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { programDirectory } from '../lab/programs.mjs'
import { type Draw, drawFrom } from './draw.ts'
import { hostileRepository } from './repository.ts'

// usage: npm run fuzz -- [--runs N] [--seed S] [--minutes M]
// Draws hostile repositories, runs the built program on each, and watches for what must never happen: a file outside that
// shows up in the output, a connection, a program that runs, a child that stays, a bug (exit 70), a run without end.
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
  },
})
const canary = 'CANARY-OUTSIDE-7c1f'
const token = 'ghs_DUMMYTOKEN0123456789'
const seconds = 90
const program = resolve('dist/tortoise.js')
const work = mkdtempSync(join(tmpdir(), 'tortoise-fuzz-'))
const outside = join(work, 'outside')
const found: string[] = []
let asked = 0
const server = createServer((_, response) => {
  asked += 1
  response.end(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${canary.toLowerCase()}}\n`)
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
layTraps()

function layTraps(): void {
  const files = {
    'values.yaml': `cpu: ${canary}\n`,
    'schema.json': `{"const": "${canary}"}`,
    'deployment.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: ${canary}}\n`,
    'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
    'base/deployment.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: ${canary}}\n`,
    'charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n',
    'charts/c/templates/a.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: ${canary}}\n`,
    'evil.sh': `#!/bin/sh\ntouch ${work}/pwned\n`,
  }
  for (const [path, text] of Object.entries(files)) lay(join(outside, path), text)
  chmodSync(join(outside, 'evil.sh'), 0o755)
}

function lay(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

const commands: readonly (readonly string[])[] = [
  ['trace', 'k'],
  ['trace', 'c'],
  ['trace', 'm'],
  ['trace', 'application.yaml'],
  ['trace', 'helmfile.yaml'],
  ['render', 'k'],
  ['render', 'c'],
  ['discover'],
  ['plan'],
  ['doctor'],
  ['set', 'k', '--workload', 'Deployment/web', '--set', 'requests.cpu=100m', '--dry-run'],
  ['set', 'c', '--workload', 'Deployment/web', '--set', 'requests.cpu=100m', '--dry-run'],
]

interface Ended {
  readonly status: number | null
  readonly hung: boolean
  readonly output: string
}

function run(args: readonly string[], cwd: string, draw: Draw): Promise<Ended> {
  const env = {
    PATH: [programDirectory(draw.one(['v31', 'v35'])), process.env['PATH'] ?? ''].join(delimiter),
    TORTOISE_SANDBOX: draw.one(['off', 'preferred']),
    GITHUB_TOKEN: token,
    DUMMY_TOKEN: token,
    TMPDIR: work,
  }
  return new Promise((ended) => {
    const child = spawn(process.execPath, [program, ...args, '--repo', cwd], { cwd, env, detached: true })
    let [output, hung] = ['', false]
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        if (output.length < 4_000_000) output += text
      })
    const timer = setTimeout(() => {
      hung = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, seconds * 1_000)
    child.on('close', (status) => {
      clearTimeout(timer)
      ended({ status, hung, output })
    })
  })
}

/** What is wrong after a run; empty when nothing is. */
function faults({ status, hung, output }: Ended): readonly string[] {
  const left = spawnSync('pgrep', ['-f', `${work}/tortoise-`], { encoding: 'utf8' }).stdout.trim()
  return [
    ...(hung ? [`no end within ${seconds} s`] : []),
    ...(status === 70 ? ['exit 70'] : []),
    ...(output.includes(canary) ? ['a file outside was read'] : []),
    ...(output.includes(token) ? ['a token was printed'] : []),
    ...(asked > 0 ? ['a server was asked'] : []),
    ...(existsSync(join(work, 'pwned')) ? ['a program ran'] : []),
    ...(left === '' ? [] : [`children are left: ${left}`]),
  ]
}

const until = Date.now() + Number(values.minutes) * 60_000
let runs = 0
for (; runs < Number(values.runs) && Date.now() < until; runs += 1) {
  const seed = Number(values.seed) * 1_000_000 + runs
  const draw = drawFrom(seed)
  const cwd = join(work, `r${runs}/repository`)
  const steps = `../outside`
  for (const [path, text] of Object.entries(hostileRepository(draw, { outside, steps, server: url })))
    lay(join(cwd, path), text)
  const args = draw.one(commands)
  asked = 0
  const wrong = faults(await run(args, cwd, draw))
  for (const fault of wrong)
    found.push(`seed ${seed}: ${args.join(' ')}: ${fault} (${basename(dirname(cwd))})`)
  if (wrong.length === 0) rmSync(dirname(cwd), { recursive: true, force: true })
}
server.close()
console.log(`${runs} runs, ${found.length} faults`)
for (const fault of found) console.log(fault)
if (found.length === 0) rmSync(work, { recursive: true, force: true })
else console.log(`The repositories of the faults are in ${work}`)
process.exitCode = found.length === 0 ? 0 : 1
