import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { demoPage, withExcerpt } from './demo-pages.ts'

const output = execFileSync(
  process.execPath,
  ['test/lab/with-programs.mjs', 'node', 'dist/tortoise.js', 'demo'],
  {
    encoding: 'utf8',
  },
)
writeFileSync('docs/demo.md', demoPage(output))
writeFileSync('README.md', withExcerpt(readFileSync('README.md', 'utf8'), output))
