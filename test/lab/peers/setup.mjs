// Takes KRR from its public repository, with what it requires from PyPI, and builds the VPA's recommender from its Go module.
// usage: node test/lab/peers/setup.mjs   (needs git, Python 3.10 to 3.12 and Go; five minutes on two cores)
// TORTOISE_KRR is another repository to clone KRR from, for machines that cannot reach the public one.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { krrCommit, krrDirectory, krrProgram, vpaDirectory, vpaProgram } from './parts.mjs'

const run = (program, args, cwd) =>
  execFileSync('nice', ['-n', '15', program, ...args], {
    cwd,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })

function takeKrr() {
  // Renamed at the end, so that an installation that was cut off does not count.
  const [source, whole] = ['source.part', 'source'].map((name) => join(krrDirectory, name))
  rmSync(krrDirectory, { recursive: true, force: true })
  mkdirSync(krrDirectory, { recursive: true })
  const repository = process.env['TORTOISE_KRR'] ?? 'https://github.com/robusta-dev/krr'
  run('git', ['clone', '--quiet', repository, source], krrDirectory)
  run('git', ['checkout', '--quiet', krrCommit], source)
  run('python3', ['-m', 'venv', 'venv'], krrDirectory)
  run(
    join(krrDirectory, 'venv/bin/pip'),
    ['install', '--quiet', '-r', join(source, 'requirements.txt')],
    krrDirectory,
  )
  renameSync(source, whole)
}

function buildRecommender() {
  const definitions = join(vpaDirectory, 'crds')
  mkdirSync(definitions, { recursive: true })
  const module = 'k8s.io/autoscaler/vertical-pod-autoscaler'
  const here = import.meta.dirname
  const { Dir } = JSON.parse(run('go', ['mod', 'download', '-json', module], here))
  copyFileSync(join(Dir, 'deploy/vpa-v1-crd-gen.yaml'), join(definitions, 'vpa-v1-crd-gen.yaml'))
  const target = join(vpaDirectory, 'recommender')
  run(
    'go',
    ['build', '-p', '2', '-trimpath', '-ldflags=-s -w', '-o', target, `${module}/pkg/recommender`],
    here,
  )
}

if (krrProgram() === undefined) takeKrr()
if (vpaProgram() === undefined) buildRecommender()
console.log(`KRR is in ${krrDirectory}, and the recommender in ${vpaDirectory}`)
