import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** Everything in which people copy or run workflows. */
const files = execFileSync('git', ['ls-files', '.github', 'docs', 'plugin', 'README.md', 'config/deploy'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.(ya?ml|md|ts)$|Dockerfile$/.test(file))

const lines = files.flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .map((line, index) => ({ place: `${file}:${index + 1}`, line })),
)

it('every action of others is pinned by its commit, with the version beside it', () => {
  const uses = lines.filter(({ line }) => /uses: [\w.-]+\/[\w./-]+@/.test(line))
  const others = uses.filter(({ line }) => !/\/gitops-tortoise@/.test(line))
  expect(others.length).toBeGreaterThan(10)
  expect(others.filter(({ line }) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
})

it('every base of an image is pinned by its digest, with the tag beside it', () => {
  const images = lines.filter(
    ({ place, line }) => place.includes('Dockerfile') && /^(FROM (?!\$)|ARG \w+_IMAGE=)/.test(line),
  )
  expect(images.length).toBeGreaterThan(4)
  expect(
    images.filter(({ line }) => !/[\w.-]+:v?\d[\w.-]*@sha256:[0-9a-f]{64}( AS \w+)?$/.test(line)),
  ).toEqual([])
})
